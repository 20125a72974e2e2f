"""What the demo's services write (GET /containers/{id}/logs): lines that follow from name and time alone."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui.demo import mains
from tui.demo.formats import repository, rfc3339_padded
from tui.demo.models import Container, LogLine, Run
from tui.demo.world import World

MOST_LINES = 100_000
"""A run that has written more than this has lost its oldest lines, as under log rotation."""
FRAGMENT = 16 * 1024
"""Bytes of a line that the json-file driver keeps as one."""

PATHS = (
    "/",
    "/cart",
    "/products",
    "/products/42",
    "/search?q=anchor",
    "/checkout",
    "/static/app.css",
    "/health",
)
CLIENTS = ("172.18.0.1", "10.8.0.14", "10.8.0.23", "10.8.0.77")
BROWSERS = ("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPhone)", "curl/8.9.1")
COUNTRIES = ("NL", "DE", "PT", "JP")
PRODUCTS = ("rope", "lantern", "compass", "sextant", "buoy", "anchor")

Writer = Callable[[int, int, float], tuple[int, str]]
"""From a line's number, a number that looks random, and its time to its stream and text."""


@dataclass(frozen=True)
class Service:
    """How a kind of service writes."""

    opening: tuple[str, ...]
    """Its first lines, all at once."""
    period: float
    """Seconds between later lines; infinite when there are none."""
    write: Writer


def lines(
    world: World,
    container: Container,
    *,
    since: float = 0.0,
    until: float = math.inf,
    tail: int | None = None,
) -> list[LogLine]:
    """The lines after `since` up to and including `until`, oldest first, the last `tail` of them."""
    found = generated(world, container, since=since, until=until, tail=tail)
    if container.written:
        end = min(until, world.now())
        found += [line for line in container.written if since < line.at <= end]
        found.sort(key=lambda line: line.at)
    return found if tail is None else found[len(found) - min(tail, len(found)) :]


def generated(
    world: World,
    container: Container,
    *,
    since: float,
    until: float = math.inf,
    tail: int | None = None,
) -> list[LogLine]:
    """The lines that the service writes by itself, oldest first; at least the last `tail` of them."""
    end = min(until, world.now())
    found: list[LogLine] = []
    for run in reversed(container.runs):
        stop = end if run.ended is None else min(end, run.ended)
        found = list(_lines(world, container, run, stop, since, tail)) + found
        if tail is not None and len(found) >= tail:
            break
    return found


def next_line(container: Container, now: float) -> float:
    """Seconds until the service writes again; infinite when it does not."""
    if not container.runs or container.runs[-1].ended is not None or container.status != "running":
        return math.inf
    service = _service(container)
    if math.isinf(service.period):
        return math.inf
    return service.period - (now - container.runs[-1].began) % service.period + 0.001


def framed(line: LogLine, *, tty: bool, timestamps: bool) -> bytes:
    """One line as the stream carries it: raw for a TTY, else after eight-byte headers.

    A long one comes in pieces, each with a time stamp and a header of its own.
    """
    stamp = f"{rfc3339_padded(line.at)} ".encode() if timestamps else b""
    text = line.text + (b"\r\n" if tty else b"\n")
    bodies = [stamp + text[start : start + FRAGMENT] for start in range(0, len(text), FRAGMENT)]
    if tty:
        return b"".join(bodies)
    return b"".join(bytes((line.stream, 0, 0, 0)) + len(body).to_bytes(4, "big") + body for body in bodies)


def _lines(
    world: World, container: Container, run: Run, end: float, since: float, tail: int | None
) -> Iterator[LogLine]:
    """Lines of one run: the opening ones, then one a period; only those that are asked for are made."""
    service, began = _service(container), run.began
    opening = 0 if run.resumed else len(service.opening)
    later = 0 if math.isinf(service.period) else int((end - began) / service.period + 1e-6)
    total = opening + later if end >= began else 0
    first = max(0, total - (MOST_LINES if tail is None else tail))
    if since >= began + 0.001 * opening and not math.isinf(service.period):
        first = max(first, opening + int((since - began) / service.period - 1e-6))
    for number in range(first, total):
        at = began + (0.001 * number if number < opening else (number - opening + 1) * service.period)
        if not since < at <= end + 0.001 * opening:
            continue
        if number < opening:
            yield LogLine(at, 1, service.opening[number].encode())
        else:
            luck = zlib.crc32(f"{world.seed}:{container.name}:{number}".encode())
            stream, text = service.write(number, luck, at)
            yield LogLine(at, stream, text.encode())


def _proxy(number: int, luck: int, at: float) -> tuple[int, str]:
    path, client = PATHS[luck % len(PATHS)], CLIENTS[luck // 8 % len(CLIENTS)]
    if luck % 41 == 0:
        return 2, f"[warn] 29#29: *{number} upstream server temporarily disabled, client: {client}"
    code = 502 if luck % 37 == 0 else 304 if luck % 5 == 0 else 200
    size = 150 + luck % 24000
    browser = BROWSERS[luck // 64 % len(BROWSERS)]
    stamp = rfc3339_padded(at)[:19] + "+00:00"
    return 1, f'{client} - - [{stamp}] "GET {path} HTTP/1.1" {code} {size} "-" "{browser}"'


def _app(number: int, luck: int, at: float) -> tuple[int, str]:
    product = PRODUCTS[luck % len(PRODUCTS)]
    if luck % 23 == 0:
        return 2, f"\x1b[33mWARN\x1b[0m  slow query: products by name took {200 + luck % 900} ms"
    if luck % 3 == 0:
        return (
            1,
            f"\x1b[32mINFO\x1b[0m  order {10_000 + number} placed: 1 x {product}, {luck % 90 + 9}.90 EUR",
        )
    return 1, f"\x1b[32mINFO\x1b[0m  GET {PATHS[luck % len(PATHS)]} {3 + luck % 60} ms"


def _database(number: int, luck: int, at: float) -> tuple[int, str]:
    stamp = rfc3339_padded(at)[:23].replace("T", " ") + " UTC [27] LOG: "
    if number % 2:
        return 2, f"{stamp} checkpoint starting: time"
    return 2, f"{stamp} checkpoint complete: wrote {1 + luck % 300} buffers ({luck % 90 / 10} %)"


def _cache(number: int, luck: int, at: float) -> tuple[int, str]:
    return 1, f"1:M {rfc3339_padded(at)[:19]} * {1 + luck % 100} changes in 300 seconds. Saving..."


def _worker(number: int, luck: int, at: float) -> tuple[int, str]:
    order = 10_000 + luck % 5000
    record: dict[str, object] = {"time": rfc3339_padded(at), "level": "info", "job": number}
    if luck % 29 == 0:
        record |= {"level": "error", "msg": "mail server answered 451", "order": order, "retry_s": 30}
        record["stack"] = MAIL_FAILED
        return 2, json.dumps(record)
    record |= {"msg": "receipt sent", "order": order, "ms": luck % 400}
    record["to"] = {"product": PRODUCTS[luck % len(PRODUCTS)], "country": COUNTRIES[luck % len(COUNTRIES)]}
    return 1, json.dumps(record)


def _search(number: int, luck: int, at: float) -> tuple[int, str]:
    return 2, f"[WARN ][o.s.cluster] shard products[{luck % 5}] is not assigned, health is RED"


def _dashboards(number: int, luck: int, at: float) -> tuple[int, str]:
    start = f"logger=context t={rfc3339_padded(at)} level="
    if luck % 17 == 0:
        return 1, f'{start}warn msg="Slow query" panel={luck % 40} duration={800 + luck % 900}ms'
    status = 304 if luck % 4 else 200
    query = f"method=GET path=/api/dashboards/{luck % 12} status={status} duration={luck % 90}ms"
    return 1, f'{start}info msg="Request completed" {query}'


def _quiet(number: int, luck: int, at: float) -> tuple[int, str]:
    return 1, f"level=info msg=scrape duration={luck % 900}ms samples={400 + luck % 90}"


MAIL_FAILED = """Traceback (most recent call last):
  File "/app/worker.py", line 88, in send
    smtp.send_message(receipt)
  File "/usr/lib/python3.12/smtplib.py", line 983, in send_message
    return self.sendmail(from_addr, to_addrs, flatmsg)
smtplib.SMTPResponseException: (451, b'4.7.1 try again later')"""

QUIET = Service(("level=info msg=ready",), 15.0, _quiet)
SERVICES = {
    "nginx": Service(
        ("/docker-entrypoint.sh: Configuration complete; ready for start up", "nginx/1.27.4 started"),
        2.0,
        _proxy,
    ),
    "shop/app": Service(
        ("shop 2.3.1 starting", "connected to shop-db:5432", "listening on :8000"), 3.0, _app
    ),
    "postgres": Service(
        (
            "PostgreSQL init process complete; ready for start up.",
            "database system is ready to accept connections",
        ),
        150.0,
        _database,
    ),
    "redis": Service(
        ("Redis version=7.4.2, bits=64, just started", "Ready to accept connections tcp"), 300.0, _cache
    ),
    "shop/worker": Service(("worker 1.8 waiting for jobs on redis://shop-cache",), 5.0, _worker),
    "grafana/grafana": Service(
        ('logger=http.server level=info msg="HTTP Server Listen" address=[::]:3000',), 4.0, _dashboards
    ),
    "shop/search": Service(("starting ...", "started"), 10.0, _search),
    "shop/mailer": Service(
        (
            "mailer 0.4 starting",
            "Traceback (most recent call last):",
            '  File "/app/mailer.py", line 31, in <module>',
            '    smtp.login(user, os.environ["SMTP_PASSWORD"])',
            "KeyError: 'SMTP_PASSWORD'",
        ),
        math.inf,
        _quiet,
    ),
    "shop/tools": Service(("reading /data", "1,204 rows so far"), math.inf, _quiet),
}
"""By repository of the image; others write as QUIET does."""
SILENT = Service((), math.inf, _quiet)
"""What is played writes its own lines."""


def _service(container: Container) -> Service:
    return SILENT if mains.plays(container) else SERVICES.get(repository(container.image), QUIET)
