"""A Dockerfile as far as a build needs it: its instructions, the lines they stand at, its stages."""

from __future__ import annotations

import re
from typing import NamedTuple

from tui.engine.dockerfile_lines import read

FILE_NAME = "Dockerfile"
_FROM = re.compile(r"(?:--\S+\s+)*(?P<image>\S+)(?:\s+as\s+(?P<name>\S+))?\s*", re.IGNORECASE)


class Instruction(NamedTuple):
    """One instruction, which may go over several lines."""

    word: str
    """In capitals: "RUN"."""
    rest: str
    """What follows it, its lines joined by a space."""
    line: int
    """Where it begins, counted from 1."""
    stage: int
    """The number of its stage, from 0; -1 before the first FROM."""
    buildkit: bool = False
    """Whether only BuildKit does it: it has a mount, a heredoc, a link."""

    @property
    def base(self) -> str:
        """The image or the stage that a FROM begins with; "" for other instructions."""
        found = self._from
        return found["image"] if found else ""

    @property
    def stage_name(self) -> str:
        """The name that a FROM gives its stage; "" for none."""
        found = self._from
        return (found["name"] or "") if found else ""

    @property
    def _from(self) -> re.Match[str] | None:
        return _FROM.fullmatch(self.rest) if self.word == "FROM" else None


class Dockerfile(NamedTuple):
    """What stands in a Dockerfile."""

    instructions: tuple[Instruction, ...]

    @property
    def stages(self) -> tuple[str, ...]:
        """The names of the stages that have one, in their order."""
        return tuple(one.stage_name for one in self.instructions if one.stage_name)

    @property
    def needs_buildkit(self) -> Instruction | None:
        """The first instruction that only BuildKit does."""
        return next((one for one in self.instructions if one.buildkit), None)

    def line_of_step(self, number: int, stage: int | None = None) -> int | None:
        """Where the classic builder's step of this number, from 1, stands: it counts every instruction.

        With a `stage`, from 0, it counts in that only. None when there is no such step.
        """
        counted = [one for one in self.instructions if stage is None or one.stage == stage]
        return counted[number - 1].line if 0 < number <= len(counted) else None

    def line_of_vertex(self, stage: str, number: int, word: str) -> int | None:
        """Where BuildKit's step `[STAGE NUMBER/…] WORD …` stands: it counts what makes a layer, by stages.

        A stage without a name is "stage-0", or "" where there is only one. None when there is no such step.
        """
        before = {"scratch"}
        for place, start in enumerate(one for one in self.instructions if one.word == "FROM"):
            # to go on from another stage is no step
            goes_on = start.base.lower() in before
            before |= {str(place), start.stage_name.lower()}
            if stage.lower() not in (start.stage_name.lower() or f"stage-{place}", ""):
                continue
            made = [one for one in self.instructions if one.stage == place and one.word in _MAKES_LAYER]
            made = made[goes_on:]
            if 0 < number <= len(made) and made[number - 1].word == word:
                return made[number - 1].line
        return None


def parse(text: str) -> Dockerfile:
    """Take a Dockerfile apart; it may hold mistakes, which its builder will find."""
    found: list[Instruction] = []
    stage = -1
    for one in read(text).statements:
        stage += one.word == "FROM"
        rest = " ".join(one.text[one.word_at + len(one.word) :].split())
        buildkit = bool(one.heredocs) or any(flag.name in _BUILDKIT for flag in one.flags)
        found.append(Instruction(one.word, rest, one.first, stage, buildkit))
    return Dockerfile(tuple(found))


_MAKES_LAYER = frozenset({"FROM", "RUN", "COPY", "ADD", "WORKDIR"})
_BUILDKIT = frozenset({"mount", "network", "security", "link", "parents", "exclude", "checksum"})
"""Options that the classic builder does not know, or takes no notice of."""
