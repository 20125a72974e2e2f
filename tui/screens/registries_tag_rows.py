"""The tags of a repository as rows of their table, and what there is to know of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.engine.errors import EngineError
from tui.engine.models import Image
from tui.engine.registry_models import Attached, AttachedKind, Right, TagDetail, Untagged
from tui.panes.fact import Fact, command_line, fact, facts, labelled, pairs, section, short_id
from tui.panes.secrets import covered_assignment
from tui.panes.words import age, size, when
from widgets.facts import FactLine
from widgets.table import Cell, Column, Tone
from widgets.text import Shown, shown

COLUMNS = (
    Column("tag", Shown("TAG"), least=10, most=60),
    Column("digest", Shown("DIGEST"), least=12, most=30, grows=True),
    Column("size", Shown("SIZE"), least=7, most=9, right=True),
    Column("platforms", Shown("PLATFORMS"), least=11, most=32, priority=2),
    Column("created", Shown("CREATED"), least=7, most=10, priority=1, right=True),
)

MOST_PLATFORMS = 2
"""Platforms that a row names; the others are only counted."""

EMPTY = Cell(Shown(""))
ATTACHED = {
    AttachedKind.SIGNATURE: "signature",
    AttachedKind.ATTESTATION: "attestation",
    AttachedKind.SBOM: "SBOM",
}


@dataclass(frozen=True, slots=True)
class Closer:
    """What is asked only for the tag under the cursor; None while nobody knows."""

    attached: Sequence[Attached] | EngineError | None = None
    rights: frozenset[Right] | EngineError | None = None
    same: Sequence[str] = ()
    """Other tags that are known to lead to the same manifest."""
    unknown: int = 0
    """Tags of which nobody knows where they lead."""
    here: Sequence[Image] = ()
    """The Engine's images of this tag or digest."""
    read_only: bool = False
    """Whether it was not asked what one may change."""


def tag_cells(tag: str, found: TagDetail | EngineError | None, now: float, *, asking: bool) -> Sequence[Cell]:
    """One row of the table."""
    if isinstance(found, EngineError):
        return [Cell(shown(tag)), Cell(Shown(f"✗ {_short(found)}"), Tone.BAD), EMPTY, EMPTY, EMPTY]
    if found is None:
        state = Cell(Shown("◌ asking …" if asking else ""), Tone.DIM)
        return [Cell(shown(tag)), state, EMPTY, EMPTY, EMPTY]
    return [
        Cell(shown(tag)),
        Cell(shown(short_id(found.digest)), Tone.DIM),
        Cell(shown(size(found.size))),
        Cell(shown(found.artifact or _platforms(found)), Tone.DIM if found.artifact else Tone.PLAIN),
        Cell(shown(f"{age(now - found.created)} ago" if found.created else ""), Tone.DIM),
    ]


def _short(error: EngineError) -> str:
    """The gist of a failure: the whole of it stands in the detail."""
    if error.status is None:
        return "no answer"
    return {401: "log in", 403: "may not", 404: "gone", 429: "too often"}.get(error.status, "refused")


def _platforms(found: TagDetail) -> str:
    names = [one.name for one in found.platforms] or [found.platform]
    more = len(names) - MOST_PLATFORMS
    return ", ".join(names[:MOST_PLATFORMS]) + (f" +{more}" if more > 0 else "")


def tag_lines(tag: str, found: TagDetail | EngineError | None, closer: Closer, now: float) -> list[FactLine]:
    """All there is to know of one tag."""
    if found is None:
        written = fact("tag", tag)
    elif isinstance(found, EngineError):
        written = [*fact("tag", tag), *fact("", f"✗ {found.message}", Tone.BAD), *fact("", found.advice)]
    else:
        written = [*_head(found, closer, now), *_attached(closer.attached), *_inside(found)]
    return [FactLine(shown(label), shown(text), tone) for label, text, tone in written]


def _head(found: TagDetail, closer: Closer, now: float) -> list[Fact]:
    several = len(found.platforms)
    return [
        *fact("tag", found.reference, Tone.ACCENT),
        *fact("digest", found.digest),
        *fact("type", found.artifact and f"{found.artifact}: no image"),
        *fact("media type", found.media, Tone.DIM),
        *fact("size", f"{size(found.size)} packed" + (f", of {found.platform}" if several else "")),
        *fact("platform", "" if several else found.platform),
        *fact("created", when(found.created, now)),
        *fact("problem", found.problem, Tone.BAD),
        *fact("same digest", _same(closer), Tone.PLAIN if closer.same else Tone.DIM),
        *labelled("on the Engine", _here(found, closer.here)),
        *labelled("you may", _rights(closer)),
    ]


def _same(closer: Closer) -> str:
    unknown = f"{closer.unknown:,} unknown" if closer.unknown else ""
    return ", ".join(filter(None, (*closer.same, unknown))) or "no other tag"


def _here(found: TagDetail, images: Sequence[Image]) -> Iterable[Fact]:
    digests = {digest.rpartition("@")[2] for image in images for digest in image.digests}
    wanted = {found.digest, *(one.digest for one in found.platforms)}
    if digests & wanted:
        return [Fact("", f"● {images[0].name}", Tone.GOOD)]
    if images:
        return [Fact("", "◐ this tag is another image there", Tone.WARN)]
    return [Fact("", "○ not there", Tone.DIM)]


def _rights(closer: Closer) -> Iterable[Fact]:
    rights = closer.rights
    if rights is None:
        return [Fact("", "◌ asking …", Tone.DIM)]
    if isinstance(rights, EngineError):
        return [Fact("", f"✗ {rights.message}", Tone.BAD)]
    asked = (Right.PULL,) if closer.read_only else Right
    words = "  ".join(f"{'●' if right in rights else '○ not'} {right}" for right in asked)
    return [Fact("", f"{words}  (read-only: no more was asked)" if closer.read_only else words)]


def _attached(attached: Sequence[Attached] | EngineError | None) -> list[Fact]:
    if attached is None:
        return section("Attached", fact("", "◌ asking …", Tone.DIM))
    if isinstance(attached, EngineError):
        return section("Attached", fact("", f"✗ {attached.message}", Tone.BAD))
    lines: list[Fact] = []
    for kind, word in ATTACHED.items():
        there = [one for one in attached if one.kind is kind]
        if not there:
            lines.append(Fact(word, "○ none", Tone.DIM))
        lines += labelled(word, (Fact("", f"● present, not verified · {_found(one)}") for one in there))
    others = [one for one in attached if one.kind is AttachedKind.OTHER]
    return section("Attached", lines, facts("other", (f"{one.media} · {_found(one)}" for one in others)))


def _found(one: Attached) -> str:
    ways = {"referrers": "by the referrers", "index": "in the index"}
    how = ways.get(one.via) or ("by a tag" if one.via else "")
    return " · ".join(filter(None, (how, short_id(one.digest))))


def _inside(found: TagDetail) -> list[Fact]:
    settings = found.settings
    return [
        *section("Platforms", (_platform(one.name, one.digest, one.size) for one in found.platforms)),
        *section(f"Layers ({len(found.layers)}) and the lines that made them", _steps(found)),
        *section(
            "Configuration",
            fact("entrypoint", command_line(settings.entrypoint)),
            fact("command", command_line(settings.cmd)),
            fact("user", settings.user),
            fact("folder", settings.workdir),
            fact("ports", ", ".join(settings.ports)),
            fact("volumes", ", ".join(settings.volumes)),
            facts("env", map(covered_assignment, settings.env)),
            facts("labels", pairs(settings.labels)),
        ),
        *section("Annotations", facts("", pairs(found.annotations))),
    ]


def _platform(name: str, digest: str, bytes_: int | None) -> Fact:
    return Fact(name, " · ".join(filter(None, (short_id(digest), "" if bytes_ is None else size(bytes_)))))


def _steps(found: TagDetail) -> Iterable[Fact]:
    if found.history:
        for step in found.history:
            made = step.size is not None
            # Fact takes a text of "" for a heading
            line = step.line or "no line"
            yield Fact(size(step.size or 0) if made else "–", line, Tone.PLAIN if made else Tone.DIM)
    else:
        for layer in found.layers:
            yield Fact(size(layer.size), layer.line or short_id(layer.digest))


def untagged_words(one: Untagged) -> tuple[str, str]:
    """What a manifest without a tag is, and what holds it."""
    weight = size(one.size) if one.size is not None else ""
    what = " · ".join(filter(None, (one.platform or "unknown platform", weight, one.media)))
    return what, f"in the index of {', '.join(one.held_by)}" if one.held_by else ""
