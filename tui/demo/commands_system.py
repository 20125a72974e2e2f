"""Shell commands of the demo that look at the container itself, or at the shell."""

from __future__ import annotations

import re
import signal as signals
import time

from tui.demo import processes, programs
from tui.demo.files import KERNEL
from tui.demo.shell import Call, Runner, commands


async def env(call: Call) -> int:
    """The environment, or a command with some more of it."""
    given = {} if call.args[:1] == ["-i"] else dict(call.env)
    words = call.args[1:] if call.args[:1] == ["-i"] else list(call.args)
    while words and "=" in words[0]:
        name, _, value = words.pop(0).partition("=")
        given[name] = value
    if not words:
        call.out("".join(f"{name}={value}\n" for name, value in given.items()))
        return 0
    name, *args = words
    if name not in commands() or not call.shell.has(name):
        call.error(f"can't execute '{name}': No such file or directory")
        return programs.MISSING
    return await commands()[name](Call(call.shell, name, args, call.streams, given))


async def printenv(call: Call) -> int:
    """The environment, or single values of it."""
    if not call.args:
        return await env(call)
    call.out("".join(f"{call.env[name]}\n" for name in call.args if name in call.env))
    return int(not all(name in call.env for name in call.args))


async def export(call: Call) -> int:
    """Give variables to the commands that follow; without arguments tell which ones are."""
    shell = call.shell
    if not call.args:
        call.out("".join(f"export {name}='{value}'\n" for name, value in sorted(shell.env.items())))
    for word in call.args:
        name, equals, value = word.partition("=")
        if equals:
            shell.variables[name] = value
        shell.exported.add(name)
    return 0


async def unset(call: Call) -> int:
    """Forget variables."""
    for name in call.args:
        call.shell.variables.pop(name, None)
    return 0


async def whoami(call: Call) -> int:
    """The user's name."""
    account = call.shell.process.account
    if not account.name:
        call.error(f"unknown uid {account.number}")
        return 1
    call.out(f"{account.name}\n")
    return 0


async def ident(call: Call) -> int:
    """The user's and the group's number; -u, -g and -un alone."""
    process = call.shell.process
    account, group = process.account, process.user.partition(":")[2]
    second = int(group) if group.isdecimal() else account.number
    shown = [f"{account.number}({account.name})" if account.name else str(account.number)]
    shown.append(f"{second}({account.name})" if account.name and second == account.number else str(second))
    whole = f"uid={shown[0]} gid={shown[1]} groups={shown[1]}"
    parts = {"-u": str(account.number), "-g": str(second), "-un": account.name}
    call.out(parts.get(call.args[0] if call.args else "", whole) + "\n")
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
    """The time by the demo's clock, in UTC; +%H:%M and the like as a pattern."""
    pattern = next((word[1:] for word in call.args if word.startswith("+")), "%a %b %e %H:%M:%S UTC %Y")
    call.out(time.strftime(pattern, time.gmtime(call.shell.process.world.now())) + "\n")
    return 0


async def ps(call: Call) -> int:
    """What runs in the container, numbered as seen from inside."""
    rows = processes.inside(call.shell.process.world, call.shell.process.container)
    if call.gnu:
        call.out("    PID TTY          TIME CMD\n")
        rows = [(number, "pts/0" if number > 1 else "?", spent, line) for number, _, spent, line in rows]
        call.out("".join(f"{number:7} {where:8} {spent} {line}\n" for number, where, spent, line in rows))
        return 0
    call.out("PID   USER     TIME  COMMAND\n")
    call.out("".join(f"{number:5} {user:8} {spent[3:]} {line}\n" for number, user, spent, line in rows))
    return 0


async def kill(call: Call) -> int:
    """End processes; a main one that is a shell or a plain command does not hear it."""
    names = [word[1:] for word in call.args if word.startswith("-")]
    process = call.shell.process
    code = 0
    for word in (word for word in call.args if not word.startswith("-")):
        running = [one for one in process.container.processes if str(one.number) == word]
        services = [row for row in processes.inside(process.world, process.container) if str(row[0]) == word]
        if not services:
            call.shell.complain(f"can't kill pid {word}: No such process", call.streams.error)
            code = 1
        elif word == "1" and not running and names[:1] not in (["0"], ["9"], ["KILL"]):
            from tui.demo import lifecycle

            with process.world.lock:
                lifecycle.crash(process.world, process.container, process.container.graceful)
        elif word != "1" and names[:1] != ["0"]:
            for one in running:
                one.kill(128 + _signal(names))
    return code


def _signal(names: list[str]) -> int:
    name = names[0].upper().removeprefix("SIG") if names else "TERM"
    known = signals.Signals.__members__.get(f"SIG{name}")
    return int(name) if name.isdecimal() else int(known or signals.SIGTERM)


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
        call.error("standard input: Inappropriate ioctl for device")
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
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    total = 0.0
    for text in call.args or [""]:
        found = re.fullmatch(r"(\d+\.?\d*|\.\d+|infinity)([smhd]?)", text)
        if found is None:
            call.error(f"invalid number '{text}'" if call.args else "missing operand")
            return 1
        total += float(found[1]) * units[found[2] or "s"]
    await call.shell.process.sleep(total)
    return 0


async def true(call: Call) -> int:
    """Nothing, well."""
    return 0


async def false(call: Call) -> int:
    """Nothing, badly."""
    return 1


async def test(call: Call) -> int:
    """Whether something is so: -e, -f, -d, -r, -s, -n, -z, =, !=, -eq and its like, and ! before it."""
    args = call.args[:-1] if call.name == "[" else call.args
    if call.name == "[" and call.args[-1:] != ["]"]:
        call.error("missing ]")
        return 2
    negated = args[:1] == ["!"]
    held = _held(call, args[1:] if negated else args)
    return int(held == negated)


COMPARED = {
    "-eq": int.__eq__,
    "-ne": int.__ne__,
    "-lt": int.__lt__,
    "-le": int.__le__,
    "-gt": int.__gt__,
    "-ge": int.__ge__,
}


def _held(call: Call, args: list[str]) -> bool:
    files = call.shell.files
    path = call.shell.path(args[-1]) if args else "/"
    match args:
        case ["-e" | "-r" | "-w", _]:
            return files.exists(path)
        case ["-d", _]:
            return files.is_folder(path)
        case ["-f", _]:
            return files.exists(path) and not files.is_folder(path)
        case ["-x", _]:
            return files.is_folder(path) or files.is_program(path)
        case ["-s", _]:
            return bool(files.read(path))
        case ["-z", word]:
            return not word
        case ["-n", word] | [word]:
            return bool(word)
        case [one, "=" | "==", other]:
            return one == other
        case [one, "!=", other]:
            return one != other
        case [one, operator, other] if operator in COMPARED and all(
            re.fullmatch(r"-?\d{1,9}", word) for word in (one, other)
        ):
            return bool(COMPARED[operator](int(one), int(other)))
    return False


async def which(call: Call) -> int:
    """Where programs are."""
    found = [
        _place(call, name) for name in call.args if call.shell.has(name) and name not in programs.BUILT_IN
    ]
    call.out("".join(f"{path}\n" for path in found))
    return int(not call.args or len(found) < len(call.args))


def _place(call: Call, name: str) -> str:
    files = call.shell.files
    return next((path for path in (f"/usr/local/bin/{name}", f"/bin/{name}") if files.exists(path)), name)


async def command(call: Call) -> int:
    """Run a command as it is; -v tells only whether and where it is."""
    if call.args[:1] != ["-v"]:
        name, *args = call.args or [":"]
        if name not in commands() or not call.shell.has(name):
            call.shell.complain(f"{name}: not found", call.streams.error)
            return programs.MISSING
        return await commands()[name](Call(call.shell, name, args, call.streams, call.env))
    found = [name for name in call.args[1:] if call.shell.has(name)]
    for name in found:
        call.out(f"{name if name in programs.BUILT_IN else _place(call, name)}\n")
    return 0 if found and len(found) == len(call.args) - 1 else programs.MISSING


async def type_(call: Call) -> int:
    """What a word means to the shell."""
    code = 0
    for name in call.args:
        if name in programs.BUILT_IN:
            call.out(f"{name} is a shell builtin\n")
        elif call.shell.has(name):
            call.out(f"{name} is {_place(call, name)}\n")
        else:
            call.out(f"{name}: not found\n")
            code = programs.MISSING
    return code


async def clear(call: Call) -> int:
    """An empty screen."""
    call.out("\x1b[H\x1b[2J")
    return 0


async def help_(call: Call) -> int:
    """Which commands there are."""
    names = sorted({*(name for name in commands() if call.shell.has(name)), "exit", "exec", "sh"})
    call.out("This is the demo Engine: nothing here runs for real. It plays these commands:\n")
    width = max(call.shell.process.size[1] - 1, 20)
    line = ""
    for name in names:
        if len(line) + len(name) >= width:
            call.out(f"{line.rstrip()}\n")
            line = ""
        line += f"{name} "
    call.out(f"{line.rstrip()}\n")
    return 0


COMMANDS: dict[str, Runner] = {
    **{one.__name__: one for one in (env, printenv, export, unset, whoami, hostname, uname, date, ps, kill)},
    **{one.__name__: one for one in (df, free, mount, stty, sleep, true, false, test, which, command, clear)},
    "id": ident,
    "[": test,
    "type": type_,
    "help": help_,
    ":": true,
}
