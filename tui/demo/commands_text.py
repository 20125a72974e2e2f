"""Shell commands of the demo that read text and write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby
from posixpath import basename, dirname

from tui.demo import logs
from tui.demo.commands_files import parted
from tui.demo.formats import repository
from tui.demo.shell import Call, Runner

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "\\": "\\", "0": "\0"}
SERVICE_LOGS = {"nginx": "/var/log/nginx/access.log", "shop/app": "/app/log/shop.log"}
"""Files that hold what the service writes, by repository of the image."""


async def cat(call: Call) -> int:
    """Files one after the other, or the input piece by piece as it comes."""
    if not call.args and call.streams.piped is None:
        while (text := await call.shell.process.text()) is not None:
            call.out(text)
        return 0
    code = 0
    for path in call.args or ["-"]:
        text = await call.whole() if path == "-" else _read(call, path, "can't open")
        call.out(text or "")
        code = 1 if text is None else code
    return code


async def echo(call: Call) -> int:
    """Its arguments; -n without a newline, -e with escapes."""
    flags, args = "", list(call.args)
    while args and re.fullmatch(r"-[neE]+", args[0]):
        flags += args.pop(0)
    text = " ".join(args)
    call.out((_unescaped(text) if "e" in flags else text) + ("" if "n" in flags else "\n"))
    return 0


async def printf(call: Call) -> int:
    """A pattern with %s and %d filled in, again and again while there are arguments."""
    if not call.args:
        call.error("usage: printf format [arguments]")
        return 2
    pattern, left = _unescaped(call.args[0]), call.args[1:]
    while True:
        text, rest = _filled(pattern, left)
        call.out(text)
        if not rest or rest == left:
            return 0
        left = rest


def _filled(pattern: str, words: list[str]) -> tuple[str, list[str]]:
    """A pattern with words in its places, and the words that are left."""
    left = list(words)

    def fill(found: re.Match[str]) -> str:
        if found[2] == "%":
            return "%"
        return format(left.pop(0) if left else "", _width(found[1]))

    return re.sub(r"%(-?\d*)([sdi%])", fill, pattern), left


def _width(text: str) -> str:
    return f"<{text[1:]}" if text.startswith("-") else f">{text}" if text else ""


def _unescaped(text: str) -> str:
    text = re.sub(r"\\0?33", "\x1b", text)
    return re.sub(r"\\([ntrabe\\0])", lambda found: ESCAPES[found[1]], text)


async def head(call: Call) -> int:
    """The first lines."""
    return await _some(call, lambda lines, count: lines[:count])


async def tail(call: Call) -> int:
    """The last lines; -f goes on with those that come."""
    follow = {"-f", "-F"} & set(call.args)
    call.args = [word for word in call.args if word not in follow]
    code = await _some(call, lambda lines, count: lines[-count:] if count else [])
    paths = parted(call.args)[1][-1:]
    seen = len(_read(call, paths[0]) or "") if follow and not code and paths else 0
    while follow and not code:
        await call.shell.process.changed(_patience(call))
        text = (_read(call, paths[0]) or "") if paths else ""
        call.out(text[seen:])
        seen = len(text)
    return code


async def _some(call: Call, cut: Callable[[list[str], int], list[str]]) -> int:
    count, paths, words = 10, [], iter(call.args)
    for word in words:
        if re.fullmatch(r"-n?\d+", word) or word == "-n":
            digits = next(words, "") if word == "-n" else word.lstrip("-n")
            count = int(digits) if digits.isdecimal() else count
        else:
            paths.append(word)
    code = 0
    for path in paths or [""]:
        opening = "can't open" if call.name == "tail" else ""
        text = _read(call, path, opening) if path else await call.whole()
        if text is None:
            code = 1
            continue
        if len(paths) > 1:
            call.out(f"==> {path} <==\n")
        call.out("".join(cut(text.splitlines(keepends=True), count)))
    return code


async def wc(call: Call) -> int:
    """Lines, words and bytes; -l, -w and -c alone."""
    flags, paths = parted(call.args)
    flags = "".join(flag for flag in "lwc" if flag in flags) or "lwc"
    code = 0
    for path in paths or [""]:
        text = _read(call, path) if path else await call.whole()
        if text is None:
            code = 1
            continue
        counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
        numbers = [str(counts[flag]) for flag in flags]
        shown = numbers[0] if len(numbers) == 1 else " ".join(f"{number:>9}" for number in numbers)
        call.out(f"{shown} {path}".rstrip() + "\n")
    return code


async def grep(call: Call) -> int:
    """Lines that hold a pattern; -i, -v, -c, -n, -q, -o, -w, -F and -E are understood."""
    flags, words = parted(call.args)
    if not words:
        call.error("a pattern is wanted")
        return 2
    text = re.escape(words[0]) if "F" in flags else words[0]
    try:
        pattern = re.compile(rf"\b(?:{text})\b" if "w" in flags else text, re.I if "i" in flags else 0)
    except re.error as error:
        call.error(f"bad regex '{words[0]}': {error}")
        return 2
    hits, code = 0, 1
    for path in words[1:] or [""]:
        whole = _read(call, path) if path else await call.whole()
        if whole is None:
            code = 2
            continue
        before = f"{path}:" if len(words) > 2 else ""
        found = [
            (number, line)
            for number, line in enumerate(whole.splitlines(), 1)
            if bool(pattern.search(line)) != ("v" in flags)
        ]
        hits += len(found)
        if "c" in flags:
            call.out(f"{before}{len(found)}\n")
        elif "q" not in flags:
            for number, line in found:
                texts = pattern.findall(line) if "o" in flags else [line]
                call.out("".join(f"{before}{f'{number}:' if 'n' in flags else ''}{one}\n" for one in texts))
    return code if code == 2 else int(not hits)


async def sort(call: Call) -> int:
    """Lines in order; -r backwards, -u each once, -n as numbers."""
    flags, _ = parted(call.args)
    lines = await _lines(call)
    if lines is None:
        return 1
    key = _number if "n" in flags else str
    ordered = sorted(set(lines) if "u" in flags else lines, key=key, reverse="r" in flags)
    call.out("".join(f"{line}\n" for line in ordered))
    return 0


def _number(line: str) -> float:
    found = re.match(r"\s*(-?\d+(?:\.\d+)?)", line)
    return float(found[1]) if found else 0.0


async def uniq(call: Call) -> int:
    """Lines without their repeats; -c with how often they came."""
    flags, _ = parted(call.args)
    lines = await _lines(call)
    for line, same in groupby(lines or []):
        call.out(f"{len(list(same)):7} {line}\n" if "c" in flags else f"{line}\n")
    return 1 if lines is None else 0


async def cut(call: Call) -> int:
    """Some fields of each line: -d and -f."""
    joined = " ".join(f"{word}" for word in call.args)
    mark = next((word[2:] for word in call.args if word.startswith("-d") and len(word) > 2), "\t")
    if "-d" in call.args:
        mark = call.args[call.args.index("-d") + 1]
    found = re.search(r"-f ?(\d*)(-?)(\d*)", joined)
    if found is None:
        call.error("a list of fields is wanted: -f")
        return 1
    first = int(found[1] or 1) - 1
    last = int(found[3]) if found[3] else None if found[2] else first + 1
    for line in (await call.whole()).splitlines():
        call.out((mark.join(line.split(mark)[first:last]) if mark in line else line) + "\n")
    return 0


async def tr(call: Call) -> int:
    """Letters for others; -d removes them."""
    flags, sets = parted(call.args)
    spans = [re.sub(r"(.)-(.)", _span, _unescaped(text)) for text in sets]
    if len(spans) < (1 if "d" in flags else 2):
        call.error("two sets of letters are wanted")
        return 1
    text = await call.whole()
    if "d" in flags:
        call.out(text.translate(dict.fromkeys(map(ord, spans[0]))))
    else:
        size = len(spans[0])
        call.out(text.translate(str.maketrans(spans[0], spans[1].ljust(size, spans[1][-1:])[:size])))
    return 0


def _span(found: re.Match[str]) -> str:
    return "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1)))


async def seq(call: Call) -> int:
    """Numbers from 1 or the first argument on."""
    if not call.args or not all(re.fullmatch(r"-?\d{1,6}", word) for word in call.args):
        call.error("invalid number")
        return 1
    *first, last = map(int, call.args)
    call.out("".join(f"{number}\n" for number in range(first[0] if first else 1, last + 1)))
    return 0


async def tee(call: Call) -> int:
    """The input, to files too."""
    text = await call.whole()
    call.out(text)
    shell, code = call.shell, 0
    for path in parted(call.args)[1]:
        whole = shell.path(path)
        if shell.files.is_folder(dirname(whole)) and not shell.files.is_folder(whole):
            before = (shell.files.read(whole) or b"") if "-a" in call.args else b""
            shell.files.write(whole, before + text.encode(), shell.process.world.now())
        else:
            call.error(f"{path}: No such file or directory")
            code = 1
    return code


async def base_name(call: Call) -> int:
    """The last part of a path."""
    call.out("".join(f"{basename(path.rstrip('/')) or '/'}\n" for path in call.args[:1]))
    return int(not call.args)


async def dir_name(call: Call) -> int:
    """A path without its last part."""
    call.out("".join(f"{dirname(path.rstrip('/')) or '.'}\n" for path in call.args[:1]))
    return int(not call.args)


async def _lines(call: Call) -> list[str] | None:
    paths = parted(call.args)[1]
    texts = [_read(call, path) for path in paths] if paths else [await call.whole()]
    return None if None in texts else [line for text in texts for line in (text or "").splitlines()]


def _read(call: Call, path: str, opening: str = "") -> str | None:
    process = call.shell.process
    if call.shell.path(path) != SERVICE_LOGS.get(repository(process.container.image)):
        return call.read(path, opening)
    with process.world.lock:
        written = logs.lines(process.world, process.container)
    return b"".join(line.text + b"\n" for line in written).decode(errors="replace")


def _patience(call: Call) -> float:
    process = call.shell.process
    return logs.next_line(process.container, process.world.now())


COMMANDS: dict[str, Runner] = {
    **{one.__name__: one for one in (cat, echo, printf, head, tail, wc, grep, sort, uniq, cut, tr, seq, tee)},
    "basename": base_name,
    "dirname": dir_name,
}
