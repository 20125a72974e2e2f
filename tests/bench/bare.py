"""A bare Textual table of containers: what Wharf is measured against. DOCKER_HOST is a unix socket."""

from __future__ import annotations

import http.client
import json
import os
import socket

from textual.app import App, ComposeResult
from textual.widgets import DataTable


class Line(http.client.HTTPConnection):
    """A connection to the Engine."""

    def connect(self) -> None:
        """Through its unix socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(os.environ["DOCKER_HOST"].removeprefix("unix://"))


class Bare(App[None]):
    """One DataTable, filled once (GET /containers/json)."""

    def compose(self) -> ComposeResult:
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_columns("NAME", "STATE", "IMAGE", "STATUS")
        line = Line("docker")
        line.request("GET", "/containers/json?all=1")
        for item in json.loads(line.getresponse().read()):
            table.add_row(item["Names"][0], item["State"], item["Image"], item["Status"], key=item["Id"])


if __name__ == "__main__":
    Bare().run()
