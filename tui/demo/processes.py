"""What runs inside a container (GET /containers/{id}/top)."""

from __future__ import annotations

import time

from tui.demo.formats import repository
from tui.demo.models import JSON, Container, Refusal
from tui.demo.shapes import command

CHILDREN: dict[str, tuple[tuple[str, str], ...]] = {
    "nginx": (("101", "nginx: worker process"), ("101", "nginx: worker process")),
    "postgres": (
        *(("999", f"postgres: {name}") for name in ("checkpointer", "background writer", "walwriter")),
        ("999", "postgres: shop shop 172.19.0.4(51312) idle"),
    ),
    "shop/app": (("1000", "python -m shop.worker"), ("1000", "python -m shop.worker")),
}
OWNERS = {"redis": "999", "shop/app": "1000", "grafana/grafana": "472", "prom/prometheus": "65534"}

FULL = ("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD")
WIDE = ("USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND")
TITLES = {"args": "COMMAND", "cmd": "CMD", "comm": "COMMAND", "pcpu": "%CPU", "pmem": "%MEM"}


def top(container: Container, arguments: str) -> JSON:
    """Titles and Processes as `ps` would print them; without arguments as `ps -ef`."""
    titles = _titles(arguments.split() or ["-ef"])
    if "PID" not in titles:
        raise Refusal(500, "Couldn't find PID field in ps output")
    return {
        "Titles": list(titles),
        "Processes": [[row[title] for title in titles] for row in _rows(container)],
    }


def _titles(arguments: list[str]) -> tuple[str, ...]:
    wanted: list[str] = []
    for number, word in enumerate(arguments):
        if word.startswith("-o"):
            text = word[2:] or " ".join(arguments[number + 1 : number + 2])
            wanted += [TITLES.get(name, name.upper()) for name in text.split(",") if name]
    if wanted:
        return tuple(title if title in _KNOWN else "CMD" for title in wanted)
    return WIDE if any("u" in word for word in arguments) else FULL


_KNOWN = {*FULL, *WIDE}


def _rows(container: Container) -> list[dict[str, str]]:
    repo = repository(container.image)
    owner = OWNERS.get(repo, "root")
    main = container.pid
    listed = [(owner, main, main - 21, " ".join(command(container)))]
    listed += [
        (user, main + 9 + number, main, line) for number, (user, line) in enumerate(CHILDREN.get(repo, ()))
    ]
    start = time.strftime("%H:%M", time.gmtime(container.started or 0))
    return [
        {
            "UID": user,
            "USER": user,
            "PID": str(pid),
            "PPID": str(parent),
            "C": "0",
            "STIME": start,
            "START": start,
            "TTY": "?",
            "TIME": "00:00:00",
            "CMD": line,
            "COMMAND": line,
            "STAT": "Ss",
            "%CPU": f"{pid % 9 / 10}",
            "%MEM": f"{pid % 5 / 10}",
            "VSZ": str(40_000 + pid),
            "RSS": str(9_000 + pid),
        }
        for user, pid, parent, line in listed
    ]
