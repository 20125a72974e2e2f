"""Shell commands of the demo that belong to its services."""

from __future__ import annotations

import re

from tui.demo.formats import repository
from tui.demo.shell import Call, Runner

HELLO = """
Hello from the demo Engine!
This message shows that everything here works without Docker being installed.

The client asked the Engine for the image "hello-world", the Engine made a container of it and ran its
one program, and what that wrote is what you read now.
"""
KEYS = {"session:41c2": "7e1f", "cart:10231": "rope:2,lantern:1", "visitors": "1843"}
TABLES = ("customers", "orders", "products")
ORDERS = """  id   | product | quantity | placed
-------+---------+----------+---------------------
 10482 | rope    |        2 | 2025-06-15 15:02:11
 10481 | compass |        1 | 2025-06-15 14:58:47
 10480 | lantern |        3 | 2025-06-15 14:51:03
(3 rows)

"""


async def redis_cli(call: Call) -> int:
    """A few words with the cache."""
    words = call.args or (await call.whole()).split()
    if not words:
        return 0
    word = words[0].lower()
    rest = words[1:]
    raw = not call.streams.in_columns
    if word == "keys":
        names = list(KEYS)
        call.out("".join(f"{name}\n" if raw else f'{at}) "{name}"\n' for at, name in enumerate(names, 1)))
    elif word == "get" and rest:
        value = KEYS.get(rest[0])
        quoted = "(nil)" if value is None else f'"{value}"'
        call.out(f"{(value or '') if raw else quoted}\n")
    elif word == "dbsize":
        call.out("1843\n" if raw else "(integer) 1843\n")
    elif word == "ping":
        call.out("PONG\n")
    else:
        named = "".join(f"'{one}' " for one in rest)
        call.out(f"ERR unknown command '{words[0]}', with args beginning with: {named}\n")
    return 0


async def psql(call: Call) -> int:
    """A few answers of the database."""
    if "-c" not in call.args or call.args[-1] == "-c":
        call.error('error: the demo answers only to -c "query"')
        return 2
    query = call.args[call.args.index("-c") + 1].strip().rstrip(";").lower()
    if query in (r"\dt", r"\d"):
        rows = "".join(f" public | {name:9} | table | shop\n" for name in TABLES)
        head = "          List of relations\n Schema |   Name    | Type  | Owner\n"
        call.out(f"{head}--------+-----------+-------+-------\n{rows}({len(TABLES)} rows)\n\n")
    elif found := re.fullmatch(r"select (\d+)", query):
        call.out(f" ?column? \n----------\n {found[1]:>8}\n(1 row)\n\n")
    elif "count(*)" in query and any(name in query for name in TABLES):
        number = "10482" if "orders" in query else "214"
        call.out(f" count \n-------\n {number:>5}\n(1 row)\n\n")
    elif re.search(r"\borders\b", query):
        call.out(ORDERS)
    else:
        call.error(f'ERROR:  the demo has no answer to "{query}"')
        return 1
    return 0


async def pg_isready(call: Call) -> int:
    """Whether the database takes connections: it does."""
    call.out("/var/run/postgresql:5432 - accepting connections\n")
    return 0


async def nginx(call: Call) -> int:
    """The proxy's own check of its configuration, and its version."""
    if call.args[:1] == ["-t"]:
        call.error("the configuration file /etc/nginx/nginx.conf syntax is ok")
        call.error("configuration file /etc/nginx/nginx.conf test is successful")
        return 0
    if call.args[:1] in (["-v"], ["-V"]):
        call.streams.error("nginx version: nginx/1.27.4\n")
        return 0
    if call.args[:1] == ["-s"]:
        return 0
    call.error("[emerg] bind() to 0.0.0.0:80 failed (98: Address in use)")
    return 1


async def python(call: Call) -> int:
    """Its version, and what a print of one text says; nothing else is played."""
    return _interpreter(call, "Python 3.12.8", "-c", r"print\(\s*(['\"])(.*)\1\s*\)")


async def node(call: Call) -> int:
    """Its version, and what a log of one text says; nothing else is played."""
    return _interpreter(call, "v22.11.0", "-e", r"console\.log\(\s*(['\"])(.*)\1\s*\)")


def _interpreter(call: Call, version: str, flag: str, saying: str) -> int:
    if call.args[:1] in (["--version"], ["-V"], ["-v"]):
        call.out(f"{version}\n")
        return 0
    if call.args[:1] == [flag] and (found := re.fullmatch(saying, " ".join(call.args[1:]).strip())):
        call.out(f"{found[2]}\n")
        return 0
    call.error("the demo has no interpreter, only its version")
    return 1


async def curl(call: Call) -> int:
    """What the container's own service answers."""
    address = next((word for word in call.args if not word.startswith("-")), "")
    host, _, port = re.sub(r"^https?://|/.*$", "", address).partition(":")
    container = call.shell.process.container
    served = {"nginx": "80", "shop/app": "8000", "shop/search": "9200"}[repository(container.image)]
    if host not in ("localhost", "127.0.0.1", container.config["Hostname"]):
        call.streams.error(f"curl: (6) Could not resolve host: {host}\n")
        return 6
    if (port or "80") != served:
        call.streams.error(f"curl: (7) Failed to connect to {host} port {port or 80}: Connection refused\n")
        return 7
    if served == "9200":
        call.streams.error("curl: (22) The requested URL returned error: 503\n")
        return 22
    path = re.sub(r"^(https?://)?[^/]*", "", address) or "/"
    call.out("ok\n" if path == "/health" else "<h1>Anchors and ropes</h1>\n")
    return 0


async def hello(call: Call) -> int:
    """What the first image of every course says."""
    call.out(HELLO)
    return 0


COMMANDS: dict[str, Runner] = {
    **{one.__name__: one for one in (psql, pg_isready, nginx, python, node, curl, hello)},
    "python3": python,
    "redis-cli": redis_cli,
}
