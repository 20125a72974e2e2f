"""Shell commands of the demo that look at files and text, and change them."""

from __future__ import annotations

import re
from collections.abc import Callable
from posixpath import basename, dirname

from tui.demo.shell import Call, Command


async def ls(call: Call) -> int:
    """Names in folders; -a with hidden ones, -l with sizes."""
    flags, paths = _parted(call.args)
    code = 0
    for path in paths or ["."]:
        whole = call.shell.path(path)
        if not call.shell.files.exists(whole):
            call.error(f"{path}: No such file or directory\n")
            code = 1
            continue
        folder = call.shell.files.is_folder(whole)
        names = call.shell.files.listed(whole) if folder else [path]
        names = [name for name in names if "a" in flags or not name.startswith(".")]
        if len(paths) > 1 and folder:
            call.out(f"{path}:\n")
        if "l" in flags:
            for name in names:
                call.out(_long(call, whole if not folder else f"{whole.rstrip('/')}/{name}", name))
        elif call.in_columns:
            call.out("  ".join(names) + "\n" if names else "")
        else:
            call.out("".join(f"{name}\n" for name in names))
    return code


def _long(call: Call, path: str, name: str) -> str:
    files = call.shell.files
    if files.is_folder(path):
        return f"drwxr-xr-x    2 root root      4096 {name}\n"
    return f"-rw-r--r--    1 root root {len(files.read(path) or b''):9} {name}\n"


async def cat(call: Call) -> int:
    """Files one after the other, or the input line by line as it comes."""
    if not call.args and call.piped is None:
        while (line := await call.shell.process.line()) is not None:
            call.out(f"{line}\n")
        return 0
    if not call.args:
        call.out((call.piped or b"").decode(errors="replace"))
        return 0
    code = 0
    for path in call.args:
        text = call.read(path)
        call.out(text or "")
        code = code if text is not None else 1
    return code


async def echo(call: Call) -> int:
    """Its arguments; -n without a newline, -e with escapes."""
    flags, args = "", list(call.args)
    while args and re.fullmatch(r"-[ne]+", args[0]):
        flags += args.pop(0)
    text = " ".join(args)
    if "e" in flags:
        text = text.replace("\\n", "\n").replace("\\t", "\t").replace("\\e", "\x1b").replace("\\033", "\x1b")
    call.out(text if "n" in flags else f"{text}\n")
    return 0


async def pwd(call: Call) -> int:
    """Where the shell is."""
    call.out(f"{call.shell.folder}\n")
    return 0


async def cd(call: Call) -> int:
    """Go to another folder."""
    path = call.shell.path(call.args[0] if call.args else "~")
    if not call.shell.files.is_folder(path):
        call.error(f"can't cd to {call.args[0] if call.args else path}: No such file or directory\n")
        return 2
    call.shell.folder = path
    return 0


async def touch(call: Call) -> int:
    """Make files that are not there yet."""
    return _each(call, lambda path, whole: _write(call, path, call.shell.files.read(whole) or b""))


async def mkdir(call: Call) -> int:
    """Make folders; -p with those above."""
    flags, _ = _parted(call.args)

    def make(path: str, whole: str) -> int:
        if call.shell.files.exists(whole) and "p" not in flags:
            return _refused(call, f"can't create directory '{path}': File exists")
        if not call.shell.files.exists(dirname(whole)) and "p" not in flags:
            return _refused(call, f"can't create directory '{path}': No such file or directory")
        call.shell.files.make_folder(whole)
        return 0

    return _each(call, make)


async def rm(call: Call) -> int:
    """Remove files; -r folders too, -f without complaint."""
    flags, _ = _parted(call.args)

    def remove(path: str, whole: str) -> int:
        files = call.shell.files
        if not files.exists(whole):
            return 0 if "f" in flags else _refused(call, f"can't remove '{path}': No such file or directory")
        if files.is_folder(whole) and not {"r", "R"} & set(flags):
            return _refused(call, f"'{path}' is a directory")
        if whole == "/":
            return _refused(call, "it is dangerous to operate recursively on '/'")
        files.remove(whole)
        return 0

    return _each(call, remove)


async def cp(call: Call) -> int:
    """Copy one file."""
    return _copied(call, move=False)


async def mv(call: Call) -> int:
    """Move one file."""
    return _copied(call, move=True)


def _copied(call: Call, *, move: bool) -> int:
    _, paths = _parted(call.args)
    if len(paths) != 2:
        return _refused(call, "two paths are wanted")
    text = call.read(paths[0])
    if text is None:
        return 1
    target = call.shell.path(paths[1])
    if call.shell.files.is_folder(target):
        target = f"{target.rstrip('/')}/{basename(paths[0])}"
    code = _write(call, target, text.encode())
    if move and not code:
        call.shell.files.remove(call.shell.path(paths[0]))
    return code


async def head(call: Call) -> int:
    """The first lines."""
    return await _some(call, lambda lines, count: lines[:count])


async def tail(call: Call) -> int:
    """The last lines; -f waits for more."""
    follow = "-f" in call.args
    call.args = [word for word in call.args if word != "-f"]
    code = await _some(call, lambda lines, count: lines[-count:] if count else [])
    if follow:
        while True:
            await call.shell.process.sleep(3600)
    return code


async def _some(call: Call, cut: Callable[[list[str], int], list[str]]) -> int:
    count, paths, words = 10, [], iter(call.args)
    for word in words:
        digits = next(words, "") if word == "-n" else word.lstrip("-n") if word.startswith("-") else ""
        if word.startswith("-"):
            count = int(digits) if digits.isdecimal() else count
        else:
            paths.append(word)
    lines = await _input(call, paths)
    if lines is None:
        return 1
    call.out("".join(f"{line}\n" for line in cut(lines, count)))
    return 0


async def wc(call: Call) -> int:
    """Lines, words and bytes; -l lines only."""
    flags, paths = _parted(call.args)
    lines = await _input(call, paths)
    if lines is None:
        return 1
    words, size = sum(len(line.split()) for line in lines), sum(len(line.encode()) + 1 for line in lines)
    call.out(f"{len(lines)}\n" if "l" in flags else f"{len(lines):7} {words:7} {size:7}\n")
    return 0


async def grep(call: Call) -> int:
    """Lines that hold a pattern; -i in any case, -v those that do not, -c only how many."""
    flags, words = _parted(call.args)
    if not words:
        return _refused(call, "a pattern is wanted") + 1
    try:
        pattern = re.compile(words[0], re.IGNORECASE if "i" in flags else 0)
    except re.error as error:
        return _refused(call, f"bad regex '{words[0]}': {error}") + 1
    lines = await _input(call, words[1:])
    if lines is None:
        return 2
    found = [line for line in lines if bool(pattern.search(line)) != ("v" in flags)]
    call.out(f"{len(found)}\n" if "c" in flags else "".join(f"{line}\n" for line in found))
    return 0 if found else 1


async def sort(call: Call) -> int:
    """Lines in order; -r backwards, -u each once."""
    flags, paths = _parted(call.args)
    lines = await _input(call, paths)
    if lines is None:
        return 1
    ordered = sorted(set(lines) if "u" in flags else lines, reverse="r" in flags)
    call.out("".join(f"{line}\n" for line in ordered))
    return 0


async def _input(call: Call, paths: list[str]) -> list[str] | None:
    if not paths:
        return await call.lines()
    texts = [call.read(path) for path in paths]
    return None if None in texts else [line for text in texts for line in (text or "").splitlines()]


def _parted(args: list[str]) -> tuple[str, list[str]]:
    """The letters of all options, and the other words."""
    flags = "".join(word[1:] for word in args if word.startswith("-") and len(word) > 1)
    return flags, [word for word in args if not word.startswith("-") or len(word) == 1]


def _each(call: Call, do: Callable[[str, str], int]) -> int:
    return max([do(path, call.shell.path(path)) for path in _parted(call.args)[1]], default=0)


def _write(call: Call, path: str, content: bytes) -> int:
    whole = call.shell.path(path)
    if not call.shell.files.is_folder(dirname(whole)):
        return _refused(call, f"{path}: No such file or directory")
    if not call.shell.files.is_folder(whole):
        call.shell.files.write(whole, content)
    return 0


def _refused(call: Call, why: str) -> int:
    call.error(f"{why}\n")
    return 1


COMMANDS: dict[str, Command] = {
    one.__name__: one
    for one in (ls, cat, echo, pwd, cd, touch, mkdir, rm, cp, mv, head, tail, wc, grep, sort)
}
