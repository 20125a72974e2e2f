"""The docker line below the run form, as far as it can be said, and what it cannot say."""

from __future__ import annotations

from dataclasses import replace

from tui.engine.lines import DockerLine
from tui.engine.runspec import RunSpec
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole


class SpecLine(TextRows):
    """Grows with what is typed; while a field is wrong the last good line stays, dim."""

    line: DockerLine | None = None
    """The last line that could be said."""

    def follow(self, spec: RunSpec, *, create_only: bool) -> None:
        """Show the line for these options."""
        ink = Ink.ACCENT
        try:
            self.line = (spec if spec.image else replace(spec, image="IMAGE")).line(create_only)
        except ValueError:
            ink = Ink.DIM
        if self.line is not None:
            layouts: list[Layout] = [text_layout(whole(self.line.masked()), ink)]
            layouts += [text_layout(whole(text), Ink.DIM) for text in _beyond(spec)]
            self.show(stacked(layouts))


def _beyond(spec: RunSpec) -> list[str]:
    """What is done too, though no option of `docker run` says it."""
    texts = [f"then docker network connect {name}" for name in spec.carried.other_networks]
    if silent := spec.carried.unspoken():
        texts.append(f"sent as well, the docker line has no word for it: {', '.join(silent)}")
    return texts
