"""What is asked before a registry is forgotten, and before something in one is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.engine.errors import EngineError
from tui.engine.registries import Place
from tui.screens.rows import Ink, Layout, paragraph, stacked, text_layout, whole
from tui.screens.sure import Sure
from widgets.text import Shown, shown

if TYPE_CHECKING:
    from tui.screens.registries_client import Client

INDENT = 2
"""Cells by which the tags stand in."""

NEEDS = "The registry has to allow deleting, and frees the space only by its own garbage collection."
CHILDREN = "Its images for the single platforms stay without a tag until then."
NOT_ALLOWED = "Asked before, it let you delete nothing: it is turned off there, or not for you."


def forget(place: Place) -> Sure:
    """Asks before a registry is forgotten."""
    parts = [
        text_layout(Shown("It goes from Wharf's own list; nothing in the registry is touched.")),
        text_layout(Shown("It comes back by itself while a login or an image names it."), Ink.DIM),
    ]
    if place.logged_in:
        who = f" as {place.user}" if place.user else ""
        words = f"You are logged in there{who}, and stay so: L logs out."
        parts.insert(1, text_layout(whole(words), Ink.WARN))
    return Sure(f"Forget the registry {place.host}?", stacked(parts), "", word="forget")


@dataclass(frozen=True, slots=True)
class Doomed:
    """A manifest that is to be deleted, and the tags that go with it."""

    digest: str
    """"" when its tag is not there any more."""
    tags: tuple[str, ...]


def doomed(registry: Client, repository: str, tag: str) -> Doomed:
    """What a tag leads to now, and what else leads there. Raises EngineError."""
    digest = registry.digest(repository, tag)
    if not digest:
        raise EngineError(
            f"there is no {repository}:{tag} any more", 404, "r looks at the tags of the repository again."
        )
    return Doomed(digest, registry.same_digest(repository, digest))


def delete(registry: Client, repository: str, tag: str, seen: Doomed) -> None:
    """Delete exactly what was shown. Raises EngineError, also when it is not what it was."""
    now = doomed(registry, repository, tag)
    if now != seen:
        what = "another image now" if now.digest != seen.digest else "shared with other tags now"
        raise EngineError(
            f"nothing was deleted: {repository}:{tag} is {what}", advice="Look at it again, then delete."
        )
    registry.delete(repository, seen.digest)


def sure_to_delete(
    host: str, repository: str, tag: str, seen: Doomed, *, index: bool, allowed: bool | None
) -> Sure:
    """Asks before a manifest is deleted; `allowed` is what the registry says of that, None: not asked."""
    parts = [
        text_layout(whole(f"in {host}/{repository}, the manifest"), Ink.DIM),
        _indented(seen.digest, Ink.STRONG),
    ]
    others = [each for each in seen.tags if each != tag]
    if others:
        words = f"{len(seen.tags)} tags lead to it, and all of them go:"
        parts.append(text_layout(shown(words), Ink.WARN))
    else:
        parts.append(text_layout(Shown("One tag leads to it, and goes with it:")))
    parts += [_indented(each, Ink.PLAIN) for each in (tag, *others)]
    parts.append(text_layout(Shown(f"{NEEDS} {CHILDREN}" if index else NEEDS), Ink.DIM))
    if allowed is False:
        parts.append(text_layout(Shown(NOT_ALLOWED), Ink.WARN))
    line = f"DELETE /v2/{repository}/manifests/{seen.digest}"
    return Sure(f"Delete {repository}:{tag} from {host}?", stacked(parts), line, word="delete")


def _indented(text: str, ink: Ink) -> Layout:
    return lambda width: paragraph(whole(text), width, ink, INDENT)
