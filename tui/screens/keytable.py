"""All keys and commands as tables: for the help screen and for README, both from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from textual.binding import Binding

from tui.engine.kinds import Kind
from tui.panes.detail import Detail
from tui.panes.pane import KindPane
from tui.screens.commands import ERRANDS, IMAGE_ROWS, PLACES
from tui.screens.contexts import ContextsScreen
from tui.screens.engine import PAGES, EngineScreen
from tui.screens.help import HelpRow, HelpSection
from tui.screens.keys import key_words
from tui.screens.logs import LogsScreen
from tui.screens.logs_members import MembersScreen
from tui.screens.main import MainScreen
from tui.screens.registries import RegistriesScreen
from tui.screens.registries_repositories import RepositoriesScreen
from tui.screens.registries_tags import TagsScreen
from tui.screens.search import SearchScreen
from tui.verbs.offers import key_of
from tui.verbs.registry import verbs_of
from tui.verbs.verb import Verb
from widgets.facts import Facts
from widgets.json_tree import JsonTree
from widgets.log_view import LogView
from widgets.table import Table

SCOPES: tuple[tuple[str, type], ...] = (
    ("Everywhere on the main screen", MainScreen),
    ("In a table", Table),
    ("Among images", KindPane),
    ("In the detail", Detail),
    ("In an overview", Facts),
    ("In an inspect tree", JsonTree),
    ("In a log", LogView),
    ("On the screen of a log", LogsScreen),
    ("Among the containers of a log", MembersScreen),
    ("Among the contexts", ContextsScreen),
    ("Among the registries", RegistriesScreen),
    ("Among repositories", RepositoriesScreen),
    ("Among the tags", TagsScreen),
    ("While searching for images", SearchScreen),
    ("In the Engine pane", EngineScreen),
    *((f"In its section {page.WORD}", page) for page in PAGES if page.__dict__.get("BINDINGS")),
)
"""Where keys hold that no verb stands for."""


ALWAYS = (
    HelpRow("tab,shift+tab", "From the table to the detail, and back"),
    HelpRow("ctrl+p", "The palette: everything that can be done now"),
    HelpRow("ctrl+c", "Copy what is selected, else quit"),
)
"""Keys that Textual itself or the app holds on every screen."""


def bindings_of(scope: type, keys: Mapping[str, str]) -> list[Binding]:
    """The bindings a widget declares itself, with the keys that config.toml gives them."""
    return [
        Binding(keys.get(one.id or "", one.key), one.action, one.description, tooltip=one.tooltip, id=one.id)
        for one in scope.__dict__.get("BINDINGS", ())
        if isinstance(one, Binding)
    ]


def help_sections(keys: Mapping[str, str], first: Kind) -> list[HelpSection]:
    """Everything for the help screen, the verbs of the pane in view first."""
    kinds = sorted(Kind, key=lambda kind: kind is not first)
    sections = [HelpSection(kind.plural.capitalize(), _verb_rows(verbs_of(kind), keys)) for kind in kinds]
    for title, scope in SCOPES:
        rows = [HelpRow(one.key, one.tooltip) for one in bindings_of(scope, keys)]
        sections.append(HelpSection(title, [*rows, *(ALWAYS if scope is MainScreen else ())]))
    words = (*PLACES.items(), *IMAGE_ROWS.items(), *ERRANDS.items())
    commands = [HelpRow("", f":{word}", tip, "") for word, (_, tip) in words]
    return [*sections, HelpSection("Commands", commands)]


def scope_sections(keys: Mapping[str, str], *scopes: type) -> list[HelpSection]:
    """The keys of some of SCOPES, for a screen that has no others; one that is not among them has none."""
    titles = {scope: title for title, scope in SCOPES}
    return [
        HelpSection(titles[scope], [HelpRow(one.key, one.tooltip) for one in bindings_of(scope, keys)])
        for scope in scopes
        if scope in titles
    ]


def _verb_rows(verbs: Iterable[Verb], keys: Mapping[str, str]) -> list[HelpRow]:
    return [HelpRow(key_of(verb, keys), verb.title, verb.tip, verb.line(()).masked()) for verb in verbs]


def markdown_table() -> str:
    """The verbs' keys as a Markdown table, for README."""
    lines = ["| | key | does | docker |", "|---|---|---|---|"]
    for kind in Kind:
        named = kind.plural.capitalize()
        for row in _verb_rows(verbs_of(kind), {}):
            key = key_words(row.key) if row.key else f":{row.what}"
            lines.append(f"| {named} | `{key}` | {row.tip} | `{row.line}` |")
            named = ""
    return "\n".join(lines)


def scopes() -> Sequence[tuple[str, list[Binding]]]:
    """Each scope with its own bindings, for whoever checks that no key means two things."""
    return [(title, bindings_of(scope, {})) for title, scope in SCOPES]
