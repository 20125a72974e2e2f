"""The tags of a repository, what each of them leads to, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from textual import on
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from tui.engine.registries import Place
from tui.engine.registry_models import Page, Right, TagDetail
from tui.engine.registry_names import is_attachment_tag
from tui.screens.registries_level import Ground, bindings
from tui.screens.registries_looking import Looking
from tui.screens.registries_names import NamesLevel
from tui.screens.registries_tag_rows import COLUMNS, Closer, tag_cells, tag_lines
from tui.verbs.pulling import Pull, pull_task
from widgets.facts import Facts
from widgets.table import Cell, Table
from widgets.unmarked_table import UnmarkedTable

SETTLE_SECONDS = 0.5
"""So long after a pull the Engine has told of its new image."""
REST_SECONDS = 0.3
"""So long the cursor has to rest on a tag before more is asked of it."""


class TagsScreen(NamesLevel):
    """Tags in the registry's order. Only of those in view is it asked what they lead to.

    Docker Hub counts every manifest that is asked for: there only those are that a person opens.
    """

    class Pulled(Message):
        """The Engine has pulled an image that was asked for here."""

    HELP = "Tags"
    WHAT = ("tag", "tags")

    BINDINGS = bindings(
        "tags",
        ("P", "pull", "pull", "Pull the tag through the Engine in view"),
        ("y", "copy", "copy", "Copy the reference, by tag or by digest"),
        ("d", "delete", "delete", "Delete the manifest from the registry, after showing what goes with it"),
        ("u", "untagged", "untagged", "Manifests that no tag names, as far as the registry lets one know"),
        ("slash", "filter", "filter", "Filter the tags by a part of their name"),
        ("l", "login", "login", "Log in to this registry"),
        ("r", "again", "again", "Ask again"),
        ("question_mark", "help", "help", "The keys of this screen"),
        ("escape,q,backspace", "leave", "leave", "Out of the detail, else back to the repositories"),
    )

    DEFAULT_CSS = """
    TagsScreen {
        & > Horizontal { height: 1fr; }
        & UnmarkedTable { width: 1fr; height: 1fr; }
        & Facts { display: none; width: 1fr; padding: 0 0 0 1; border-left: solid $panel; }
        & Facts:focus { background-tint: $primary 6%; }
        &.-wide Facts { display: block; }
        &.-open UnmarkedTable { display: none; }
        &.-open Facts { display: block; border-left: none; padding: 0; }
        &.-wide UnmarkedTable { display: block; }
        &.-wide Facts { border-left: solid $panel; padding: 0 0 0 1; }
    }
    """

    def __init__(self, ground: Ground, place: Place, repository: str) -> None:
        super().__init__(
            ground,
            place,
            COLUMNS,
            [
                ("tags.leave", "back"),
                ("table.open", "detail"),
                ("tags.pull", "pull"),
                ("tags.copy", "copy"),
                ("tags.delete", "delete"),
                ("tags.untagged", "untagged"),
                ("tags.filter", "filter"),
                ("tags.again", "ask again"),
                ("tags.login", "log in"),
            ],
        )
        self._repository = repository
        self._facts = Facts()
        self._looking = Looking(self, self.registry, repository, self._arrived)
        self._timer: Timer | None = None

    def middle(self) -> Iterable[Widget]:
        """The table, the detail beside it, and the line where a filter is typed."""
        yield Horizontal(self.table, self._facts)
        yield self.prompt

    def on_mount(self) -> None:
        """Ask for the first page."""
        self.table.focus()
        self.start_over()

    def on_unmount(self) -> None:
        """Nobody wants to know any more."""
        self._looking.stop()

    # Names

    def ask_page(self, page: str) -> Page:
        """Some tags, on a thread. Raises EngineError."""
        return self.registry.tags(self._repository, page)

    def where(self) -> str:
        """The registry and the repository."""
        return f"{self.place.host}/{self._repository}"

    def lists(self, name: str) -> bool:
        """What only attaches something to an image stands in the detail of that image."""
        return not is_attachment_tag(name)

    def aside(self) -> str:
        """How many tags are not listed."""
        count = sum(map(is_attachment_tag, self.names))
        return f"+{count:,} that attach something" if count else ""

    def show_names(self) -> None:
        """Show the tags, and look at those in view."""
        super().show_names()
        self._look()

    def cells(self, key: str) -> Sequence[Cell]:
        """One tag."""
        found, asking = self._looking.found.get(key), key in self._looking.under_way
        return tag_cells(key, found, self.ground.clock(), asking=asking)

    # Looking at them

    @on(UnmarkedTable.Scrolled)
    def _look(self) -> None:
        if not self.ground.sparing(self.place):
            # what is in view is known once it is laid out
            self.call_after_refresh(lambda: self._ask_about(self.table.in_view))

    def _ask_about(self, tags: Sequence[str]) -> None:
        self.table.redraw(self._looking.at(tags))

    def _arrived(self, tags: Sequence[str]) -> None:
        """Something is known of these tags that was not."""
        self.table.redraw(tags)
        if self.tag in tags:
            self.moved()
            self.refresh_bindings()
        self._look()

    @property
    def tag(self) -> str:
        """The tag under the cursor; "" without one."""
        return self.table.cursor or ""

    @property
    def detail(self) -> TagDetail | None:
        """What is known of the tag under the cursor."""
        found = self._looking.found.get(self.tag)
        return found if isinstance(found, TagDetail) else None

    def moved(self) -> None:
        """Show what is known of the tag under the cursor, and ask for more when it rests there."""
        self.show_line(Pull(self._reference).line.at(self.ground.desk.endpoint).masked() if self.tag else "")
        self._show_detail()
        if self._timer is not None:
            self._timer.stop()
        if self.detail is not None and self._facts.display:
            self._timer = self.set_timer(REST_SECONDS, self._look_closer)

    def _look_closer(self) -> None:
        if (detail := self.detail) is not None:
            self._looking.closer_at(detail, () if self.ground.sparing(self.place) else list(self.names))

    def _show_detail(self) -> None:
        closer, found = Closer(), self._looking.found.get(self.tag)
        if (detail := self.detail) is not None:
            here = self.ground.here(self.place.host, self._repository, detail)
            closer = self._looking.closer(detail, list(self.names), here)
            closer = replace(closer, read_only=self.ground.read_only)
        lines = tag_lines(self.tag, found, closer, self.ground.clock()) if self.tag else []
        self._facts.show(lines, about=self.tag)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What does something with the tag under the cursor."""
        match action:
            case "pull":
                return bool(self.tag) and not self.ground.desk.endpoint.read_only
            case "copy":
                return bool(self.tag)
            case "delete":
                return bool(self.tag) and not self.ground.read_only
        return super().check_action(action, parameters)

    @on(Table.Opened)
    def _opened(self) -> None:
        self.add_class("-open")
        self._facts.focus()
        self._ask_about([self.tag])
        self.moved()

    def action_leave(self) -> None:
        """Out of the detail, else back to the repositories."""
        if self._facts.has_focus or self.has_class("-open"):
            self.remove_class("-open")
            self.table.focus()
        else:
            super().action_leave()

    @property
    def _whole(self) -> str:
        return self._repository if self.place.hub else f"{self.place.host}/{self._repository}"

    @property
    def _reference(self) -> str:
        return f"{self._whole}:{self.tag}"

    def action_pull(self) -> None:
        """Pull the tag through the Engine."""
        reference = self._reference
        self.do("pull", reference, lambda: self._pull(reference))

    async def _pull(self, reference: str) -> None:
        task = replace(pull_task(reference), done=lambda job: self._tell_pulled())
        if await self.ground.desk.start(task) is not None:
            self.ground.desk.say(f"pulling {reference}: J on the main screen shows how far it is")

    def _tell_pulled(self) -> None:
        self.post_message(self.Pulled())

    @on(Pulled)
    def _pulled(self) -> None:
        # the Engine's own word that it has the image comes a moment later
        self.set_timer(SETTLE_SECONDS, self._show_detail)

    def action_copy(self) -> None:
        """Copy the reference; which one is asked."""
        detail = self.detail
        options = [self._reference, *([f"{self._whole}@{detail.digest}"] if detail is not None else [])]
        self.do("copy", self._reference, lambda: self.copy_one(options))

    def action_delete(self) -> None:
        """Delete the manifest that the tag leads to, after asking."""
        tag = self.tag
        self.do("delete from a registry", self._reference, lambda: self._delete(tag))

    async def _delete(self, tag: str) -> None:
        from tui.screens.registries_sure import delete, doomed, sure_to_delete

        registry, repository = self.registry, self._repository
        seen = await self.patiently(lambda: doomed(registry, repository, tag))
        found = self._looking.found.get(tag)
        index = isinstance(found, TagDetail) and found.is_index
        allowed = self._looking.allowed(Right.DELETE)
        sure = sure_to_delete(self.place.host, repository, tag, seen, index=index, allowed=allowed)
        if await self.app.push_screen_wait(sure):
            await self.patiently(lambda: delete(registry, repository, tag, seen))
            self.ground.desk.say(f"deleted {seen.digest} with its tags: {', '.join(seen.tags)}")
            if self.has_class("-open"):
                # else the detail of another tag would stand there, ready to be deleted too
                self.action_leave()
            self.action_again()

    def action_untagged(self) -> None:
        """Show the manifests that no tag names."""
        self.do("untagged manifests", self._whole, self._untagged)

    async def _untagged(self) -> None:
        from tui.screens.registries_untagged import UntaggedScreen

        found = await self.patiently(lambda: self.registry.untagged(self._repository))
        self.app.push_screen(UntaggedScreen(self._repository, found))

    def action_again(self) -> None:
        """Ask for the tags again, and for what they lead to."""
        super().action_again()
        self._looking.forget(self.registry)
