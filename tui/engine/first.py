"""The first look at a local Engine: one list, read before the SDK is imported.

Importing the SDK takes longer than everything else that stands between the command and the first row. Only
a list is read here, once, and a failure of any sort says nothing: the connection proper finds out why.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable

from tui.engine.models.container import Container, decode_container

SECONDS = 2.0


def first_look(path: str, clock: Callable[[], float] = time.time) -> list[Container] | None:
    """All containers of the Engine behind a unix socket (GET /containers/json); None when that fails."""
    # HTTP/1.0: the answer comes in one piece and ends with the connection
    request = b"GET /containers/json?all=1 HTTP/1.0\r\nHost: docker\r\n\r\n"
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(SECONDS)
            line.connect(path)
            line.sendall(request)
            with line.makefile("rb") as reader:
                head, _, body = reader.read().partition(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            return None
        now = clock()
        return [decode_container(item, now) for item in json.loads(body)]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
