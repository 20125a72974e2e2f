"""What Wharf asks of an Engine: every sort of request that the live tests see it send, kept in calls.txt."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.adapters import HTTPAdapter

from tui.engine import first
from tui.engine.transport import Gate

KEPT = Path(__file__).with_name("calls.txt")

Calls = frozenset[tuple[str, str]]
"""Sorts of request ("GET /containers/{}/json"), each with "" and with every name its queries have."""

_VERSION = re.compile(r"^/v[0-9.]+(?=/)")
_OBJECT = re.compile(r"^/(containers|exec|networks|volumes)/(?!(?:create|json|prune)$)[^/]+")
_IMAGE = re.compile(
    r"^/images/(?!(?:create|get|json|load|prune|search)$).+?(/(?:get|history|json|push|tag))?$"
)
_PLUGIN = re.compile(r"^/plugins/.+(/(?:disable|enable|json))$")


def call(method: str, url: str) -> Calls:
    """What sort of request that is."""
    parts = urlsplit(url)
    path = _OBJECT.sub(r"/\1/{}", _VERSION.sub("", parts.path))
    path = _IMAGE.sub(r"/images/{}\1", path)
    path = _PLUGIN.sub(r"/plugins/{}\1", path)
    names = (name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return frozenset((f"{method} {path}", name) for name in ("", *names))


def lines(calls: Calls) -> list[str]:
    """As they are kept, one sort a line: method, path and the names of the query."""
    sorts = sorted({sort for sort, _ in calls}, key=lambda sort: sort.split(" ")[::-1])
    return [
        " ".join([each, *sorted(name for sort, name in calls if sort == each and name)]) for each in sorts
    ]


def read(text: Iterable[str]) -> Calls:
    """What such lines say."""
    found = set()
    for method, path, *names in map(str.split, text):
        found |= {(f"{method} {path}", name) for name in ("", *names)}
    return frozenset(found)


def kept() -> Calls:
    """What is known to be called."""
    return read(KEPT.read_text().splitlines())


@contextmanager
def noting(note: Callable[[str, str], None]) -> Iterator[None]:
    """Tell the method and URL of each request that Wharf, in this process, sends meanwhile.

    It is told behind the gate: what a read-only endpoint refuses was not sent.
    """
    send = HTTPAdapter.send

    def sending(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        if isinstance(adapter, Gate):  # the tests' own clients have none
            note(str(request.method), str(request.url))
        return send(adapter, request, **options)

    class Line(socket.socket):
        """What the first look is sent by, which knows no adapters."""

        def sendall(self, data: bytes, *flags: int) -> None:
            method, url, _ = data.decode().split(" ", 2)
            note(method, url)
            super().sendall(data, *flags)

    sockets = SimpleNamespace(socket=Line, AF_UNIX=socket.AF_UNIX)
    with patch.object(HTTPAdapter, "send", sending), patch.object(first, "socket", sockets):
        yield
