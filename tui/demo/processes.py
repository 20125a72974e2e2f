"""What runs inside a container (GET /containers/{id}/top)."""

from __future__ import annotations

import time

from tui.demo.formats import repository
from tui.demo.models import JSON, Container, Refusal
from tui.demo.shapes import command
from tui.demo.world import World

CHILDREN: dict[str, tuple[tuple[str, str], ...]] = {
    "nginx": (("101", "nginx: worker process"), ("101", "nginx: worker process")),
    "postgres": (
        *(("999", f"postgres: {name}") for name in ("checkpointer", "background writer", "walwriter")),
        ("999", "postgres: shop shop 172.19.0.4(51312) idle"),
    ),
    "shop/app": (("1000", "python -m shop.worker"), ("1000", "python -m shop.worker")),
}
FIRST_CHILD = 9
OWNERS = {"redis": "999", "shop/app": "1000", "grafana/grafana": "472", "prom/prometheus": "65534"}

FULL = ("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD")
WIDE = ("USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND")
TITLES = {"args": "COMMAND", "cmd": "CMD", "comm": "COMMAND", "pcpu": "%CPU", "pmem": "%MEM"}


def inside(world: World, container: Container) -> list[tuple[int, str, str, str]]:
    """Number inside, user, processor time and command line of each process, the main one first."""
    age = max(world.now() - (container.started or world.now()), 0.0)
    repo = repository(container.image)
    listed = [(OWNERS.get(repo, "root"), " ".join(command(container))), *CHILDREN.get(repo, ())]
    found = [
        (number + FIRST_CHILD if number else 1, user, _spent(age * _load(container, number)), line)
        for number, (user, line) in enumerate(listed)
    ]
    beside = [one for one in container.processes if not one.is_main]
    return [*found, *((one.number, one.user, _spent(0), " ".join(one.argv)) for one in beside)]


def _load(container: Container, number: int) -> float:
    """The share of a processor that a process takes in the long run."""
    return (container.pid + 7 * number) % 90 / 20_000


def _spent(seconds: float) -> str:
    return f"{int(seconds) // 3600:02}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02}"


def top(world: World, container: Container, arguments: str) -> JSON:
    """Titles and Processes as `ps` would print them; without arguments as `ps -ef`."""
    titles = _titles(arguments.split() or ["-ef"])
    if "PID" not in titles:
        raise Refusal(500, "Couldn't find PID field in ps output")
    return {
        "Titles": list(titles),
        "Processes": [[row[title] for title in titles] for row in _rows(world, container)],
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


def _rows(world: World, container: Container) -> list[dict[str, str]]:
    main = container.pid
    second = int(world.now())
    start = time.strftime("%H:%M", time.gmtime(container.started or 0))
    return [
        {
            "UID": user,
            "USER": user,
            "PID": str(main + inner - 1),
            "PPID": str(main if number else main - 21),
            "C": "0",
            "STIME": start,
            "START": start,
            "TTY": "?",
            "TIME": spent,
            "CMD": line,
            "COMMAND": line,
            "STAT": "Ss",
            # how busy it is moves from one second to the next
            "%CPU": f"{(main + 3 * number + second) % 37 / 10 * (number == 0 or second % 3 == 0):.1f}",
            "%MEM": f"{(main + number) % 5 / 10}",
            "VSZ": str(40_000 + main + number),
            "RSS": str(9_000 + main + number + second % 128 * 4),
        }
        for number, (inner, user, spent, line) in enumerate(inside(world, container))
    ]
