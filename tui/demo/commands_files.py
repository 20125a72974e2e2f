"""Shell commands of the demo that look at files and folders, and change them."""

from __future__ import annotations

import time
from collections.abc import Callable
from posixpath import basename, dirname, normpath

from tui.demo.shell import Call, Runner

COLUMN = 2
"""Cells between two names on a line."""


def parted(args: list[str]) -> tuple[str, list[str]]:
    """The letters of all options, and the other words."""
    flags = "".join(word[1:] for word in args if word.startswith("-") and len(word) > 1)
    return flags, [word for word in args if not word.startswith("-") or len(word) == 1]


async def ls(call: Call) -> int:
    """Names in folders; -a with hidden ones, -l with sizes, -d the folder itself, -1 one a line."""
    flags, paths = parted(call.args)
    files, code, blocks = call.shell.files, 0, []
    for path in paths or ["."]:
        whole = call.shell.path(path)
        if not files.exists(whole):
            call.error(f"cannot access '{path}': No such file or directory" if call.gnu else _missing(path))
            code = 2 if call.gnu else 1
        elif files.is_folder(whole) and "d" not in flags:
            names = [name for name in files.listed(whole) if "a" in flags or not name.startswith(".")]
            names = [".", "..", *names] if "a" in flags else names
            text = _listing(call, flags, [(name, normpath(f"{whole}/{name}")) for name in names], True)
            blocks.append(f"{path}:\n{text}" if len(paths) > 1 else text)
        else:
            blocks.append(_listing(call, flags, [(path, whole)], False))
    call.out("\n".join(blocks) if len(paths) > 1 and "d" not in flags else "".join(blocks))
    return code


def _listing(call: Call, flags: str, named: list[tuple[str, str]], folder: bool) -> str:
    if "l" in flags:
        total = "total " + str(4 * len(named)) + "\n" if folder else ""
        return total + "".join(_long(call, name, path) for name, path in named)
    names = [name for name, _ in named]
    if not call.streams.in_columns or "1" in flags or not names:
        return "".join(f"{name}\n" for name in names)
    width = max(map(len, names)) + COLUMN
    columns = max(call.shell.process.size[1] // width, 1)
    rows = -(-len(names) // columns)
    lines = ["".join(name.ljust(width) for name in names[row::rows]).rstrip() for row in range(rows)]
    return "\n".join(lines) + "\n"


def _long(call: Call, name: str, path: str) -> str:
    files = call.shell.files
    when = time.strftime("%b %e %H:%M", time.gmtime(files.changed(path)))
    if files.is_folder(path):
        return f"drwxr-xr-x    2 root     root          4096 {when} {name}\n"
    mode = "-rwxr-xr-x" if files.is_program(path) else "-rw-r--r--"
    return f"{mode}    1 root     root     {len(files.read(path) or b''):9} {when} {name}\n"


async def pwd(call: Call) -> int:
    """Where the shell is."""
    call.out(f"{call.shell.folder}\n")
    return 0


async def cd(call: Call) -> int:
    """Go to another folder; - is the one before."""
    shell = call.shell
    wanted = call.args[0] if call.args else shell.variables.get("HOME", "/")
    path = shell.before if wanted == "-" else shell.path(wanted)
    if not shell.files.is_folder(path):
        why = "Not a directory" if shell.files.exists(path) else "No such file or directory"
        text = f"cd: {wanted}: {why}" if shell.name == "bash" else f"cd: can't cd to {wanted}: {why}"
        shell.complain(text, call.streams.error)
        return 1 if shell.name == "bash" else 2
    shell.before, shell.folder = shell.folder, path
    if wanted == "-":
        call.out(f"{path}\n")
    return 0


async def touch(call: Call) -> int:
    """Make files that are not there yet."""

    def make(path: str, whole: str) -> int:
        files, now = call.shell.files, call.shell.process.world.now()
        if not files.is_folder(dirname(whole)):
            before = f"cannot touch '{path}'" if call.gnu else path
            return _refused(call, f"{before}: No such file or directory")
        if not files.is_folder(whole):
            files.write(whole, files.read(whole) or b"", now)
        return 0

    return _each(call, make)


async def mkdir(call: Call) -> int:
    """Make folders; -p with those above."""
    flags, _ = parted(call.args)

    def make(path: str, whole: str) -> int:
        before = f"{'cannot' if call.gnu else _CANNOT} create directory '{path}': "
        if call.shell.files.exists(whole) and "p" not in flags:
            return _refused(call, f"{before}File exists")
        if not call.shell.files.exists(dirname(whole)) and "p" not in flags:
            return _refused(call, f"{before}No such file or directory")
        call.shell.files.make_folder(whole, call.shell.process.world.now())
        return 0

    return _each(call, make)


async def rm(call: Call) -> int:
    """Remove files; -r folders too, -f without complaint."""
    flags, _ = parted(call.args)
    before = "cannot remove " if call.gnu else ""

    def remove(path: str, whole: str) -> int:
        files = call.shell.files
        if not files.exists(whole):
            text = f"{before or _CANNOT + ' remove '}'{path}': No such file or directory"
            return 0 if "f" in flags else _refused(call, text)
        if files.is_folder(whole) and not {"r", "R"} & set(flags):
            return _refused(
                call, f"{before}'{path}': Is a directory" if before else f"'{path}' is a directory"
            )
        if whole == "/":
            return _refused(call, "it is dangerous to operate recursively on '/'")
        files.remove(whole)
        return 0

    return _each(call, remove)


async def rmdir(call: Call) -> int:
    """Remove empty folders."""

    def remove(path: str, whole: str) -> int:
        files = call.shell.files
        if not files.is_folder(whole):
            return _refused(call, f"'{path}': {'Not a directory' if files.exists(whole) else _NONE}")
        if files.listed(whole):
            return _refused(call, f"'{path}': Directory not empty")
        files.remove(whole)
        return 0

    return _each(call, remove)


async def cp(call: Call) -> int:
    """Copy files; -r folders too."""
    return _copied(call, move=False)


async def mv(call: Call) -> int:
    """Move files and folders."""
    return _copied(call, move=True)


def _copied(call: Call, *, move: bool) -> int:
    flags, paths = parted(call.args)
    files, code = call.shell.files, 0
    if len(paths) < 2:
        return _refused(call, "missing destination file operand" if paths else "missing file operand")
    *sources, last = paths
    target = call.shell.path(last)
    if len(sources) > 1 and not files.is_folder(target):
        return _refused(call, f"target '{last}': No such file or directory")
    for source in sources:
        whole = call.shell.path(source)
        into = f"{target.rstrip('/')}/{basename(whole)}" if files.is_folder(target) else target
        if not files.exists(whole):
            word = "cannot stat" if call.gnu else f"{_CANNOT} {'rename' if move else 'stat'}"
            code = _refused(call, f"{word} '{source}': {_NONE}")
        elif files.is_folder(whole) and not move and not {"r", "R", "a"} & set(flags):
            code = _refused(call, f"omitting directory '{source}'")
        elif not files.is_folder(dirname(into)):
            code = _refused(call, f"{_CANNOT} create '{last}': {_NONE}")
        elif into == whole or into.startswith(f"{whole.rstrip('/')}/"):
            code = _refused(call, f"'{source}' and '{last}' are the same file")
        else:
            files.copy(whole, into, call.shell.process.world.now())
            if move:
                files.remove(whole)
    return code


_CANNOT = "can't"
_NONE = "No such file or directory"


def _missing(path: str) -> str:
    return f"{path}: {_NONE}"


def _each(call: Call, do: Callable[[str, str], int]) -> int:
    paths = parted(call.args)[1]
    if not paths:
        return _refused(call, "missing operand")
    return max(do(path, call.shell.path(path)) for path in paths)


def _refused(call: Call, why: str) -> int:
    call.error(why)
    return 1


COMMANDS: dict[str, Runner] = {one.__name__: one for one in (ls, pwd, cd, touch, mkdir, rm, rmdir, cp, mv)}
