"""Shell commands of the demo that look at the container itself, and those that belong to its service."""

from __future__ import annotations

import time

from tui.demo import processes
from tui.demo.shell import Call, Command, has_command

HELLO = """
Hello from the demo Engine!
This message shows that everything here works without Docker being installed.

The client asked the Engine for the image "hello-world", the Engine made a container of it and ran its
one program, and what that wrote is what you read now.
"""
KERNEL = "6.12.9"


async def env(call: Call) -> int:
    """The environment."""
    call.out("".join(f"{name}={value}\n" for name, value in call.shell.env.items()))
    return 0


async def export(call: Call) -> int:
    """Set variables."""
    for word in call.args:
        name, equals, value = word.partition("=")
        if equals:
            call.shell.env[name] = value
    return 0


async def whoami(call: Call) -> int:
    """The user's name."""
    user = call.shell.process.user
    call.out(("root" if user in ("root", "0") else user) + "\n")
    return 0


async def ident(call: Call) -> int:
    """The user's number; -u and -g alone."""
    user = call.shell.process.user.partition(":")[0]
    number = "0" if user == "root" else user if user.isdecimal() else "1000"
    name = "root" if number == "0" else "user"
    whole = f"uid={number}({name}) gid={number}({name}) groups={number}({name})"
    call.out(f"{number if call.args[:1] in (['-u'], ['-g']) else whole}\n")
    return 0


async def hostname(call: Call) -> int:
    """The container's host name."""
    call.out(f"{call.shell.process.container.config['Hostname']}\n")
    return 0


async def uname(call: Call) -> int:
    """The system; -a everything about it, -r its release."""
    host = call.shell.process.container.config["Hostname"]
    whole = {"-a": f"Linux {host} {KERNEL} #1 SMP x86_64 Linux", "-r": KERNEL, "-m": "x86_64", "-n": host}
    call.out(whole.get(call.args[0] if call.args else "", "Linux") + "\n")
    return 0


async def date(call: Call) -> int:
    """The time by the demo's clock, in UTC."""
    call.out(time.strftime("%a %b %e %H:%M:%S UTC %Y", time.gmtime(call.shell.process.world.now())) + "\n")
    return 0


async def ps(call: Call) -> int:
    """What runs in the container, numbered as seen from inside."""
    container = call.shell.process.container
    rows = processes.inside(call.shell.process.world, container)
    call.out("PID   USER     TIME  COMMAND\n")
    for number, (user, spent, line) in enumerate(rows):
        call.out(f"{1 if not number else 20 + number:5} {user:8} {spent} {line}\n")
    return 0


async def df(call: Call) -> int:
    """Disk use."""
    call.out("Filesystem           1K-blocks      Used Available Use% Mounted on\n")
    call.out("overlay               61255492  18377212  39734372  32% /\n")
    for mount in call.shell.process.container.mounts:
        call.out(f"/dev/vda1             61255492  18377212  39734372  32% {mount['Destination']}\n")
    return 0


async def free(call: Call) -> int:
    """Memory in KiB."""
    limit = call.shell.process.container.host["Memory"] // 1024 or 8_148_000
    used = limit // 3
    call.out("              total        used        free\n")
    call.out(f"Mem:     {limit:10} {used:11} {limit - used:11}\n")
    return 0


async def mount(call: Call) -> int:
    """What is mounted."""
    call.out("overlay on / type overlay (rw,relatime)\nproc on /proc type proc (rw,nosuid,nodev,noexec)\n")
    for one in call.shell.process.container.mounts:
        call.out(f"/dev/vda1 on {one['Destination']} type ext4 ({'rw' if one['RW'] else 'ro'},relatime)\n")
    return 0


async def stty(call: Call) -> int:
    """The terminal's size."""
    if not call.shell.process.tty:
        call.error("standard input: Not a tty\n")
        return 1
    rows, columns = call.shell.process.size
    call.out(
        f"{rows} {columns}\n"
        if call.args == ["size"]
        else f"speed 38400 baud; rows {rows}; columns {columns};\n"
    )
    return 0


async def sleep(call: Call) -> int:
    """Wait so many seconds; s, m and h at the end are understood."""
    units = {"s": 1, "m": 60, "h": 3600}
    text = call.args[0] if call.args else ""
    if text == "infinity":
        text = "1e12"
    factor = units.get(text[-1:], 1)
    try:
        seconds = float(text.rstrip("smh")) * factor
    except ValueError:
        call.error(f"invalid number '{text}'\n")
        return 1
    await call.shell.process.sleep(seconds)
    return 0


async def true(call: Call) -> int:
    """Nothing, well."""
    return 0


async def false(call: Call) -> int:
    """Nothing, badly."""
    return 1


async def test(call: Call) -> int:
    """Whether something is so: -e, -f, -d, -n, -z, =, !=."""
    args = [word for word in call.args if word != "]"]
    files, path = call.shell.files, call.shell.path(args[-1]) if args else "/"
    match args:
        case ["-e", _]:
            held = files.exists(path)
        case ["-d", _]:
            held = files.is_folder(path)
        case ["-f", _]:
            held = files.exists(path) and not files.is_folder(path)
        case ["-z", word]:
            held = not word
        case ["-n", word] | [word]:
            held = bool(word)
        case [one, "=" | "==", other]:
            held = one == other
        case [one, "!=", other]:
            held = one != other
        case _:
            held = False
    return 0 if held else 1


async def which(call: Call) -> int:
    """Where commands are; `command -v` says the same."""
    names = [word for word in call.args if word != "-v"]
    image = call.shell.process.container.image
    found = [name for name in names if has_command(image, name)]
    call.out("".join(f"/bin/{name}\n" for name in found))
    return 0 if names and len(found) == len(names) else 1


async def clear(call: Call) -> int:
    """An empty screen."""
    call.out("\x1b[H\x1b[2J")
    return 0


async def help_(call: Call) -> int:
    """Which commands there are."""
    from tui.demo.shell import commands

    image = call.shell.process.container.image
    names = sorted(name for name in commands() if has_command(image, name))
    call.out("This is the demo Engine: nothing here runs for real. It plays these commands:\n")
    call.out(" ".join(names) + "\n")
    return 0


async def redis_cli(call: Call) -> int:
    """A few words with the cache."""
    answers = {"ping": "PONG", "dbsize": "(integer) 1843", "keys": '1) "session:41c2"\n2) "cart:10231"'}
    call.out(answers.get(call.args[0].lower() if call.args else "ping", "(nil)") + "\n")
    return 0


async def psql(call: Call) -> int:
    """One answer of the database, whatever is asked."""
    if "-c" not in call.args:
        call.error('the demo answers only to -c "query"\n')
        return 1
    call.out(" products | orders \n----------+--------\n      214 |  10482\n(1 row)\n\n")
    return 0


async def nginx(call: Call) -> int:
    """The proxy's own check of its configuration."""
    call.error("the configuration file /etc/nginx/nginx.conf syntax is ok\n")
    return 0


async def python(call: Call) -> int:
    """Its version; nothing else is played."""
    if call.args[:1] in (["--version"], ["-V"]):
        call.out("Python 3.12.8\n")
        return 0
    call.error("the demo has no interpreter, only its version\n")
    return 1


async def hello(call: Call) -> int:
    """What the first image of every course says."""
    call.out(HELLO)
    return 0


COMMANDS: dict[str, Command] = {
    **{one.__name__: one for one in (env, export, whoami, hostname, uname, date, ps, df, free, mount, stty)},
    **{one.__name__: one for one in (sleep, true, false, test, which, clear, psql, nginx, python, hello)},
    "id": ident,
    "[": test,
    "command": which,
    "help": help_,
    "redis-cli": redis_cli,
    "printenv": env,
}
