"""The repositories of a registry, as far as it lists them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.widget import Widget

from tui.engine.errors import EngineError
from tui.engine.registries import Place
from tui.engine.registry_models import Page
from tui.screens.prompt import Prompt
from tui.screens.registries_level import Ground, bindings
from tui.screens.registries_names import LOG_IN, NAME, NamesLevel
from tui.screens.registries_rows import HUB
from tui.screens.rows import Ink, Layout, text_layout, whole
from widgets.bar import Piece
from widgets.table import Cell, Column, Table, Tone
from widgets.text import Shown, shown

COLUMNS = (
    Column("name", Shown("REPOSITORY"), least=20, most=100),
    Column("here", Shown("TAGS HERE"), least=9, most=60, grows=True),
)

NO_LIST = "It lists no repositories, or not for everybody. o types the name of one."
FROM_IMAGES = "These are the repositories of the Engine's images that come from here."
HOW_TO_TYPE = "Write it as in team/app, without a host and a tag."


class RepositoriesScreen(NamesLevel):
    """What `/v2/_catalog` lists, and the Engine's own images where a registry lists nothing."""

    HELP = "Repositories"
    WHAT = ("repository", "repositories")

    BINDINGS = bindings(
        "repositories",
        ("slash", "filter", "filter", "Filter the repositories by a part of their name"),
        ("o", "open", "open", "Type the name of a repository, and go to its tags"),
        ("y", "copy", "copy", "Copy the repository with its host"),
        ("l", "login", "login", "Log in to this registry"),
        ("r", "again", "again", "Ask again"),
        ("question_mark", "help", "help", "The keys of this screen"),
        ("escape,q,backspace", "leave", "leave", "Back to the registries"),
    )

    def __init__(self, ground: Ground, place: Place, *, typing: bool = False) -> None:
        """With `typing` the name of a repository is asked for at once."""
        super().__init__(
            ground,
            place,
            COLUMNS,
            [
                ("repositories.leave", "back"),
                ("table.open", "tags"),
                ("repositories.filter", "filter"),
                ("repositories.open", "type one"),
                ("repositories.copy", "copy"),
                ("repositories.login", "log in"),
                ("repositories.again", "ask again"),
            ],
        )
        self._typing = typing
        self._here = ground.images_of(place.host)

    def middle(self) -> Iterable[Widget]:
        """The table, and the line where a name is typed."""
        yield self.table
        yield self.prompt

    def on_mount(self) -> None:
        """Ask for the first page."""
        # at once: the line where a name is typed takes the focus from it
        self.set_focus(self.table)
        self.show_line("GET /v2/_catalog" if not self.place.hub else "docker search WORD")
        self.start_over()
        if self._typing:
            self.action_open()

    def ask_page(self, page: str) -> Page:
        """Some repositories, on a thread. Raises EngineError."""
        return self.registry.repositories(page)

    def known(self) -> Sequence[str]:
        """The repositories of images that the Engine has from here."""
        return sorted(self._here) if self.error is not None else ()

    def where(self) -> str:
        """The registry."""
        return self.place.host

    @property
    def _calm(self) -> bool:
        """Whether it only lists nothing, as many registries do."""
        error = self.error
        return error is not None and (self.place.hub or error.status in (401, 403, 404, 405))

    def trouble(self, error: EngineError) -> Piece:
        """A registry without a list is nothing to worry about."""
        return Piece(Shown(" ○ no list "), "dim") if self._calm else super().trouble(error)

    def words(self, rows: Sequence[str]) -> list[Layout]:
        """What can be done without a list."""
        if self.error is None or self.names or not self._calm:
            return super().words(rows)
        said = [text_layout(Shown(HUB))]
        if not self.place.hub:
            said = [text_layout(whole(self.error.message), Ink.WARN), text_layout(Shown(NO_LIST))]
            said += [text_layout(Shown(LOG_IN))] if self.error.status in (401, 403) else []
        return [*said, *([text_layout(Shown(FROM_IMAGES), Ink.DIM)] if rows else [])]

    def moved(self) -> None:
        """There is nothing more to say of a repository."""

    def cells(self, key: str) -> Sequence[Cell]:
        """One repository."""
        tags = sorted(image.tag for image in self._here.get(key, ()) if image.references)
        return [Cell(shown(key)), Cell(shown(", ".join(tags)), Tone.DIM)]

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What needs a row."""
        return self.table.cursor is not None if action == "copy" else super().check_action(action, parameters)

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        self._go(event.key)

    def _go(self, repository: str) -> None:
        from tui.screens.registries_tags import TagsScreen

        self.app.push_screen(TagsScreen(self.ground, self.place, repository))

    def action_open(self) -> None:
        """Type the name of a repository."""
        # a suggestion is painted as it is
        self.prompt.ask(NAME, "", [name for name in self.shown_names() if shown(name) == name])

    @on(Prompt.Given)
    def _given(self, event: Prompt.Given) -> None:
        from tui.engine.registry_names import repository_path

        name = event.text.strip()
        try:
            repository_path(self.place.host, name)
        except EngineError:
            self.prompt.refuse(HOW_TO_TYPE)
        else:
            self.prompt.leave()
            self._go(name)

    def action_copy(self) -> None:
        """Copy the repository with its host."""
        if (name := self.table.cursor) is not None:
            whole = name if self.place.hub else f"{self.place.host}/{name}"
            self.ground.desk.copy(whole, whole)

    def action_again(self) -> None:
        """Ask for the repositories again."""
        self._here = self.ground.images_of(self.place.host)
        super().action_again()
