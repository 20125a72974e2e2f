"""What the palette offers: the verbs that apply now, the panes and the places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.screens.commands import ERRANDS, IMAGE_ROWS, PANES, PLACES, run_command
from tui.verbs.offers import applicable
from tui.verbs.registry import verbs_of
from widgets.text import shown

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

Entry = tuple[str, str, Callable[[], None]]
"""What is written, what it does, and what is called."""


class Palette(Provider):
    """The commands of the main screen, to be searched."""

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for words, tip, call in self._entries():
            yield DiscoveryHit(Content(words), call, words, tip)

    async def search(self, query: str) -> Hits:
        """What fits the query."""
        matcher = self.matcher(query)
        for words, tip, call in self._entries():
            if (score := matcher.match(words)) > 0:
                yield Hit(score, Content(words), call, words, tip)

    def _entries(self) -> Iterator[Entry]:
        from tui.screens.main import MainScreen

        screen = self.screen
        if not isinstance(screen, MainScreen):
            return
        for offer in screen.doing.offers.values():
            for verb, chosen in offer.choices:
                names = chosen[0].model.name if len(chosen) == 1 else f"{len(chosen)} {verb.kind.plural}"
                line = screen.doing.line_of(verb, chosen).masked()
                # what may do without a row is said of it only when it begins with it: prune and build do not
                of_them = bool(chosen) and (verb.needs_row or names in line)
                words = shown(f"{verb.title} {names if of_them else verb.kind.plural}")
                yield words, _unmarked(line), _running(screen, offer.key)
        keyed = {verb.id for offer in screen.doing.offers.values() for verb, _ in offer.choices}
        for verb in verbs_of(screen.kind):
            # what has only a command is found here, too
            if verb.id not in keyed and (held := applicable(verb, screen.pane.chosen)):
                line = screen.doing.line_of(verb, held).masked()
                words = shown(f"{verb.title} {held[0].model.name}")
                yield words, _unmarked(line), _command(screen, verb.word)
        for word in PANES:
            yield f"pane: {word}", "", _command(screen, word)
        for word, (_, tip) in (*PLACES.items(), *IMAGE_ROWS.items(), *ERRANDS.items()):
            yield word, tip, _command(screen, word)


def _unmarked(text: str) -> str:
    """A text for the line below an entry, the one thing that the palette reads as markup."""
    return shown(text).replace("[", r"\[")


def _running(screen: MainScreen, key: str) -> Callable[[], None]:
    return lambda: screen.doing.press(key)


def _command(screen: MainScreen, word: str) -> Callable[[], None]:
    return lambda: run_command(screen, word)
