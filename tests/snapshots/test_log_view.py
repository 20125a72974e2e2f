"""A log on the screen, as it was looked at and found good."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.widgets.log_app import LogApp
from tui.theme import WHARF, WHARF_16
from widgets.log_view import LogText, LogView, Sieve, SourceName
from widgets.text import shown

NS = 1_000_000_000
NOW = 1_700_000_000

LINES = (
    "2026-11-24 15:16:30 INFO  http.server listening on 0.0.0.0:8080",
    "2026-11-24 15:16:31 DEBUG db.pool 4 connections, 2 idle",
    'GET /api/orders?page=2 HTTP/1.1" 200 1843 "-" "curl/8.5"',
    "2026-11-24 15:16:33 WARN  cache miss ratio 0.41, looking for what to evict",
    "\x1b[32mworker\x1b[0m \x1b[1mready\x1b[0m after \x1b[33m1.2 s\x1b[0m",
    "2026-11-24 15:16:35 ERROR payment refused: upstream timed out after 30000 ms while reading the response",
)


def program(count: int, source: int = 0) -> list[LogText]:
    return [
        LogText(LINES[n % 6], "err" if n % 6 == 5 else "out", (NOW - 3 * (count - n)) * NS, source)
        for n in range(count)
    ]


def records() -> list[LogText]:
    levels = ("info", "debug", "warn", "error", "info")
    return [
        LogText(
            json.dumps(
                {
                    "time": "2026-11-24T15:16:30Z",
                    "level": levels[n % 5],
                    "msg": "request done",
                    "status": 200 + n,
                }
            )
            if n % 2
            else f'time=2026-11-24T15:16:30Z level={levels[n % 5]} msg="job taken" queue=mail job={n}',
            at=(NOW - n) * NS,
        )
        for n in range(12)
    ]


def merged() -> list[LogText]:
    lines = [line._replace(source=n * 7 % 3) for n, line in enumerate(program(14))]
    lines.insert(8, LogText("shop-worker-1 restarted, exit code 137", "rule", source=1))
    return [*lines, LogText("shop-db-1 ended, exit code 0", "note", source=-1)]


def follow(view: LogView) -> None:
    view.append(program(60))


def filtered(view: LogView) -> None:
    view.append(program(60))
    view.context = 1
    view.keep(Sieve("payment"))
    view.drop(Sieve("/^GET/"))
    view.search("/time.?d/")


def names(view: LogView) -> None:
    view.append(merged())
    view.times = "local"
    view.show_sources([SourceName(shown(f"shop-{name}-1")) for name in ("web", "worker", "db")])


def fields(view: LogView) -> None:
    view.append(records())
    view.times = "age"


def selected(view: LogView) -> None:
    view.append(program(60))
    view.action_move(-4)
    view.action_range()
    view.action_move(-5)


SCENES: dict[str, Callable[[LogView], None]] = {
    "follow": follow,
    "filtered": filtered,
    "names": names,
    "fields": fields,
    "selected": selected,
}


@pytest.mark.parametrize("theme", [WHARF, WHARF_16], ids=lambda theme: theme.name)
@pytest.mark.parametrize("name", SCENES)
def test_log(snap_compare: Callable[..., bool], name: str, theme: Any) -> None:
    app = LogApp(limit=1000)
    app.register_theme(theme)
    app.theme = theme.name

    async def play(pilot: Pilot[Any]) -> None:
        app.view.focus()
        SCENES[name](app.view)
        for _ in range(3):
            await pilot.pause()

    assert snap_compare(app, terminal_size=(80, 24), run_before=play)
