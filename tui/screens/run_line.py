"""The docker line below the run form, as far as it can be said, and what it cannot say."""

from __future__ import annotations

from dataclasses import replace

from tui.engine.endpoint import Endpoint
from tui.engine.lines import DockerLine, docker
from tui.engine.runspec import RunSpec
from tui.screens.rows import Ink, Layout, TextRows, stacked, text_layout, whole


class SpecLine(TextRows):
    """Grows with what is typed; while a field is wrong the last good line stays, dim."""

    line: DockerLine | None = None
    """The last line that could be said."""

    def follow(self, spec: RunSpec, endpoint: Endpoint, *, create_only: bool) -> None:
        """Show the line that makes a container of these options on the endpoint."""
        ink = Ink.ACCENT
        try:
            line = (spec if spec.image else replace(spec, image="IMAGE")).line(create_only)
            self.line = line.at(endpoint)
        except ValueError:
            ink = Ink.DIM
        if self.line is not None:
            layouts: list[Layout] = [text_layout(whole(self.line.masked()), ink)]
            layouts += [text_layout(whole(text), Ink.DIM) for text in _beyond(spec, endpoint)]
            self.show(stacked(layouts))


def _beyond(spec: RunSpec, endpoint: Endpoint) -> list[str]:
    """What is done too, though no option of `docker run` says it."""
    connect = docker("network", "connect").at(endpoint)
    texts = [f"then {connect} {name}" for name in spec.carried.other_networks]
    if silent := spec.carried.unspoken():
        texts.append(f"sent as well, the docker line has no word for it: {', '.join(silent)}")
    return texts
