"""Keys: each means one thing where it holds, has a name and a sentence, and stands in every table of keys."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from textual.binding import Binding

import tui
import widgets
from tests import screenshots
from tui.engine.kinds import Kind
from tui.engine.models import Container
from tui.engine.store import Store
from tui.screens.commands import PANES, PLACES, command_words
from tui.screens.keytable import help_sections, markdown_table, scopes
from tui.screens.main import MainScreen
from tui.verbs.registry import VERBS, verbs_of
from tui.verbs.verb import Verb
from widgets.table import Table

STATES = ("created", "running", "paused", "restarting", "removing", "exited", "dead")
CONTAINER = Container("id", "web", "nginx", "", "", 0, "running", "")


def keys_of(bindings: list[Binding]) -> list[str]:
    return [key.strip() for binding in bindings for key in binding.key.split(",")]


def declared() -> Iterator[tuple[str, Binding]]:
    """Every binding that a class of Wharf declares itself."""
    for package in (tui, widgets):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if found.name.endswith("__main__"):
                continue
            module = importlib.import_module(found.name)
            for thing in vars(module).values():
                if isinstance(thing, type) and thing.__module__ == found.name:
                    for binding in vars(thing).get("BINDINGS", ()):
                        assert isinstance(binding, Binding), f"{thing}: {binding} has no id"
                        yield thing.__qualname__, binding


@pytest.mark.parametrize(("title", "bindings"), scopes(), ids=[title for title, _ in scopes()])
def test_no_key_means_two_things_in_a_scope(title: str, bindings: list[Binding]) -> None:
    assert bindings
    assert [key for key, count in Counter(keys_of(bindings)).items() if count > 1] == []


@pytest.mark.parametrize("kind", Kind)
def test_no_verb_has_a_key_of_the_main_screen_or_the_table(kind: Kind) -> None:
    bound = dict(scopes())
    taken = {*keys_of(bound["Everywhere on the main screen"]), *keys_of(bound["In a table"])}
    assert not taken & {verb.key for verb in verbs_of(kind)}


def test_the_table_takes_from_the_main_screen_only_what_it_gives_back() -> None:
    bound = dict(scopes())
    both = {*keys_of(bound["Everywhere on the main screen"])} & {*keys_of(bound["In a table"])}
    # the table has esc only while a range is drawn: see its check_action
    assert both == {"escape"}


@pytest.mark.parametrize("state", STATES)
def test_two_verbs_with_one_key_never_apply_to_the_same_container(state: str) -> None:
    model = replace(CONTAINER, state=state)
    found = Counter(verb.key for verb in verbs_of(Kind.CONTAINER) if verb.applies(model, Store()))
    assert [key for key, count in found.items() if count > 1] == []


@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.NETWORK, Kind.VOLUME])
def test_no_two_verbs_of_a_kind_without_states_share_a_key(kind: Kind) -> None:
    assert len({verb.key for verb in verbs_of(kind)}) == len(verbs_of(kind))


def test_every_verb_has_a_key_or_a_word_of_its_own() -> None:
    assert len({verb.id for verb in VERBS}) == len(VERBS)
    for verb in VERBS:
        assert verb.word
        assert verb.title
        assert verb.tip.endswith(".")


def test_every_binding_has_an_id_and_a_tooltip() -> None:
    found = list(declared())
    assert {name for name, _ in found} >= {"MainScreen", "Table", "Detail", "PlanScreen", "WharfApp"}
    assert [(name, binding.key) for name, binding in found if not binding.id or not binding.tooltip] == []


def test_an_id_names_one_action() -> None:
    actions: dict[str, set[str]] = {}
    for _, binding in declared():
        actions.setdefault(binding.id or "", set()).add(binding.action)
    assert {ident: names for ident, names in actions.items() if len(names) > 1} == {}


def test_nothing_destructive_is_on_a_letter_that_a_torn_escape_sequence_leaves() -> None:
    from tui.verbs.verb import Effect

    torn = {*"ABCDFHOP", "left_square_bracket"}
    assert [verb.id for verb in VERBS if verb.effect is Effect.DESTROYS and verb.key in torn] == []


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.id)
def test_every_verb_is_known_to_the_help_the_commands_and_the_table(verb: Verb) -> None:
    rows = [row for section in help_sections({}, verb.kind) for row in section.rows]
    assert any(row.key == verb.key and row.tip == verb.tip for row in rows)
    assert verb.word in command_words(verb.kind)
    other = next(kind for kind in Kind if kind is not verb.kind)
    assert f"{verb.kind} {verb.word}" in command_words(other)
    assert f"| {verb.tip} | `{verb.line(()).masked()}` |" in markdown_table()


def test_a_key_of_config_toml_stands_in_the_help() -> None:
    rows = [row for section in help_sections({"container.stop": "S"}, Kind.CONTAINER) for row in section.rows]
    assert any(row.key == "S" and row.what == "stop" for row in rows)


def test_commands_are_no_verbs() -> None:
    words = {verb.word for verb in VERBS}
    assert not words & PANES.keys()
    assert not words & PLACES.keys()


def test_the_main_screen_and_the_table_do_what_they_bind() -> None:
    for scope in (MainScreen, Table):
        for binding in scope.BINDINGS:
            assert isinstance(binding, Binding)
            name = binding.action.partition("(")[0]
            assert name.startswith("app.") or hasattr(scope, f"action_{name}")


def test_the_table_of_keys_in_readme_is_up_to_date() -> None:
    text = screenshots.README.read_text(encoding="utf-8")
    assert "<!-- keys -->\n" in text
    assert "<!-- /keys -->" in text
    assert screenshots.with_keys(text) == text, "make screenshots writes it anew"
