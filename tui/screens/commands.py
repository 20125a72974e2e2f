"""The command line: a pane's name, or a verb and the names of what it acts on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.engine.kinds import Kind
from tui.engine.models import Model
from tui.engine.scope import Held
from tui.verbs.offers import allowed, applicable
from tui.verbs.registry import verbs_of
from tui.verbs.verb import Verb

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

PANES = {
    **{kind.plural: kind for kind in Kind},
    "ps": Kind.CONTAINER,
    "img": Kind.IMAGE,
    "net": Kind.NETWORK,
    "vol": Kind.VOLUME,
}
"""The words that lead to a pane."""

PLACES: dict[str, tuple[str, str]] = {
    "help": ("help", "All keys and what they do"),
    "jobs": ("jobs", "The jobs: progress, results, cancel"),
    "contexts": ("app.contexts", "The contexts: where there are Engines"),
    "all": ("app.all_engines", "All connected Engines side by side"),
    "demo": ("app.demo", "The embedded demo Engine"),
    "retry": ("retry", "Try to connect now"),
    "copy-line": ("copy_line", "Copy the docker line"),
    "quit": ("app.quit", "Quit"),
}
"""Commands that need no object: word to (action, what it does)."""


class CommandError(Exception):
    """The command cannot be understood; the text says why."""


def command_words(kind: Kind) -> list[str]:
    """What the line completes from: the verbs of the pane in view first."""
    own = [verb.word for verb in verbs_of(kind)]
    others = [f"{verb.kind} {verb.word}" for one in Kind if one is not kind for verb in verbs_of(one)]
    return [*own, *PANES, *PLACES, *others]


def run_command(screen: MainScreen, text: str) -> None:
    """Do what a command line says. Raises CommandError."""
    words = text.split()
    if not words:
        return
    head, rest = words[0].lower(), words[1:]
    if head in PANES:
        screen.action_pane(PANES[head])
        screen.pane.set_filter(" ".join(rest))
    elif head in PLACES:
        screen.call_later(screen.run_action, PLACES[head][0])
    else:
        kind = screen.kind
        if head in {one.value for one in Kind} and rest:
            kind, head, rest = Kind(head), rest[0].lower(), rest[1:]
        _run_verb(screen, kind, head, rest)


def _run_verb(screen: MainScreen, kind: Kind, word: str, names: Sequence[str]) -> None:
    found = [verb for verb in verbs_of(kind) if verb.word == word]
    if not found:
        raise CommandError(f"{word!r} is no command for {kind.plural}: ? lists them")
    verb = found[0]
    if not any(allowed(verb, engine) for engine in screen.scope.engines):
        raise CommandError(f"this endpoint is read-only: {word} is not offered")
    if kind is not screen.kind:
        screen.action_pane(kind)
    chosen = [_named(screen, kind, name) for name in names] if names else screen.pane.chosen
    fitting = applicable(verb, chosen)
    if verb.needs_row and not fitting:
        raise CommandError(_why_not(verb, [held.model for held in chosen]))
    screen.doing.run(verb, fitting)


def _why_not(verb: Verb, chosen: Sequence[Model]) -> str:
    if not chosen:
        return f"{verb.word} needs the name of a {verb.kind}"
    if len(chosen) > 1 and not verb.bulk:
        return f"{verb.word} takes one {verb.kind} at a time"
    return f"{verb.word} does not apply to {chosen[0].name} as it is now"


def _named(screen: MainScreen, kind: Kind, name: str) -> Held:
    """The object of that name, or whose id begins so."""
    scope = screen.scope
    known = scope.of(kind)
    for fits in (_same_name, _id_begins):
        if found := {(scope.engine_of(row), one.id): one for row, one in known.items() if fits(one, name)}:
            if len(found) > 1:
                raise CommandError(f"{name!r} fits {len(found)} {kind.plural}")
            return next(Held(engine, model) for (engine, _), model in found.items())
    raise CommandError(f"there is no {kind} {name!r}")


def _same_name(model: Model, name: str) -> bool:
    return name in (model.name, model.name.removesuffix(":latest"))


def _id_begins(model: Model, name: str) -> bool:
    return len(name) >= 2 and model.id.removeprefix("sha256:").startswith(name)
