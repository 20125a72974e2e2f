"""The context of a build: which files of a folder are sent, how many there are, and the tar of them."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tui.engine.errors import EngineError
from tui.engine.ignore import IGNORE_FILE, Ignore, IgnoreError, Matches, lines_of

PIECE = 256 * 1024
"""Bytes that are in memory at a time."""
NAMED = 5
"""So many files that cannot be read are told by name."""
LONGEST_IGNORE = 1 << 20
"""Bytes of a .dockerignore that are read."""
SEARCHED_FOLDERS = 2000
"""Folders that are looked into for Dockerfiles."""
DEPTH = 3
"""Levels of folders below the context in which Dockerfiles are looked for."""
MOST_DOCKERFILES = 50

_SORTS = (stat.S_ISREG, stat.S_ISDIR, stat.S_ISLNK)
"""What is sent: sockets, pipes and devices are not."""


class Found(NamedTuple):
    """One thing below the folder."""

    path: str
    """Relative to the context, with slashes."""
    full: str
    info: os.stat_result
    sent: bool
    """False when the .dockerignore leaves it out."""


@dataclass(frozen=True, slots=True)
class Context:
    """What would be sent."""

    files: int
    """Files and links."""
    size: int
    """Bytes of the files."""
    left_out: int = 0
    """Bytes of the files that stay because of the .dockerignore."""
    left_out_files: int = 0
    ignore_file: str = ""
    """The name of the file that says what stays, relative to the context; "" when there is none."""
    unreadable: tuple[str, ...] = ()
    """The first few that cannot be read: the build would fail at them."""
    unreadable_count: int = 0


def ignore_file(folder: Path, dockerfile: str) -> str:
    """The file that says what is left out: the Dockerfile's own one, else that of the folder, else ""."""
    for name in (f"{dockerfile}{IGNORE_FILE}", IGNORE_FILE):
        if (folder / name).is_file():
            return name
    return ""


def ignore_of(folder: Path, dockerfile: str) -> tuple[str, Ignore]:
    """The name of the file that holds, and what it says; the Dockerfile itself is always sent.

    Raises EngineError for a file that cannot be read or holds what Docker refuses.
    """
    name = ignore_file(folder, dockerfile)
    if not name:
        return "", Ignore()
    try:
        with (folder / name).open("rb") as file:
            text = file.read(LONGEST_IGNORE).decode(errors="surrogateescape")
        return name, Ignore(lines_of(text), (IGNORE_FILE, dockerfile))
    except OSError as error:
        raise EngineError(f"{name} cannot be read: {error.strerror or error}") from error
    except IgnoreError as error:
        raise EngineError(f"{name}: {error}", advice=f"Correct {name}.") from error


def _walk(folder: Path, ignore: Ignore, *, all_of_it: bool) -> Iterator[Found]:
    """What is in a folder, each folder before what it holds; `all_of_it` also tells what is left out.

    Names come sorted, so that the same folder always makes the same tar. Raises OSError.
    """
    waiting: list[tuple[str, Matches, bool]] = [("", (), False)]
    while waiting:
        above, matches, out_above = waiting.pop()
        below: list[tuple[str, Matches, bool]] = []
        with os.scandir(folder / above) as entries:
            names = sorted(entry.name for entry in entries)
        for name in names:
            path = f"{above}/{name}" if above else name
            full = os.path.join(folder, path)
            try:
                info = os.lstat(full)
            except FileNotFoundError:
                continue  # it went away meanwhile
            if out_above:
                left_out, found = True, Matches()
            else:
                left_out, found = ignore.look(path, matches)
            if any(sort(info.st_mode) for sort in _SORTS) and (all_of_it or not left_out):
                yield Found(path, full, info, not left_out)
            if stat.S_ISDIR(info.st_mode):
                lost = left_out and (out_above or not ignore.may_hold_kept(path))
                if (not lost or all_of_it) and not (left_out and not os.access(full, os.R_OK | os.X_OK)):
                    below.append((path, found, lost))
        waiting += reversed(below)


def scan(folder: Path, dockerfile: str, stop: Callable[[], bool] = lambda: False) -> Context | None:
    """Count what would be sent; None once `stop` becomes true. For a thread. Raises EngineError."""
    name, ignore = ignore_of(folder, dockerfile)
    files = size = left_out = left_out_files = lost = 0
    unreadable: list[str] = []
    try:
        for found in _walk(folder, ignore, all_of_it=True):
            if stop():
                return None
            is_folder = stat.S_ISDIR(found.info.st_mode)
            if not found.sent:
                left_out_files += not is_folder
                left_out += 0 if is_folder else found.info.st_size
                continue
            files += not is_folder
            if is_folder:
                continue
            size += found.info.st_size if stat.S_ISREG(found.info.st_mode) else 0
            if stat.S_ISREG(found.info.st_mode) and not os.access(found.full, os.R_OK):
                lost += 1
                unreadable += [found.path] if len(unreadable) < NAMED else []
    except OSError as error:
        raise _unreadable(folder, error) from error
    return Context(files, size, left_out, left_out_files, name, tuple(unreadable), lost)


def packed(folder: Path, dockerfile: str, sent: Callable[[int], None] = lambda size: None) -> Iterator[bytes]:
    """The context as a tar, made piece by piece as it is asked for; nothing is kept.

    `sent` hears of the bytes of files as they go. Owners are root's, as the docker CLI sends them: the cache
    of a build must not depend on who builds. Raises EngineError.
    """
    _, ignore = ignore_of(folder, dockerfile)
    buffer = bytearray()
    try:
        for found in _walk(folder, ignore, all_of_it=False):
            for piece in _member(found):
                buffer += piece
                if len(buffer) >= PIECE:
                    yield bytes(buffer)
                    sent(len(buffer))
                    buffer.clear()
    except OSError as error:
        raise _unreadable(folder, error) from error
    yield bytes(buffer) + bytes(2 * tarfile.BLOCKSIZE)
    sent(len(buffer))


def _member(found: Found) -> Iterator[bytes]:
    """One thing as the tar holds it."""
    info = tarfile.TarInfo(found.path)
    info.mode = stat.S_IMODE(found.info.st_mode)
    info.mtime = max(int(found.info.st_mtime), 0)
    if stat.S_ISDIR(found.info.st_mode):
        info.type = tarfile.DIRTYPE
        yield _header(info)
        return
    if stat.S_ISLNK(found.info.st_mode):
        info.type, info.linkname = tarfile.SYMTYPE, os.readlink(found.full)
        yield _header(info)
        return
    # it may have become something else since it was looked at
    descriptor = os.open(found.full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        left = info.size = os.fstat(descriptor).st_size
        yield _header(info)
        while left:
            piece = file.read(min(PIECE, left))
            if not piece:
                raise EngineError(f"{found.path} became shorter while it was sent", advice="Build again.")
            left -= len(piece)
            yield piece
    yield bytes(-info.size % tarfile.BLOCKSIZE)


def _header(info: tarfile.TarInfo) -> bytes:
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def _unreadable(folder: Path, error: OSError) -> EngineError:
    name = os.path.relpath(error.filename, folder) if isinstance(error.filename, str) else str(folder)
    return EngineError(
        f"{name} cannot be read: {error.strerror or error}",
        advice=f"Make it readable, or name it in {IGNORE_FILE}.",
    )


def is_dockerfile(name: str) -> bool:
    """Whether a file of this name is a Dockerfile."""
    if name.endswith(IGNORE_FILE):
        return False
    return (
        name in ("Dockerfile", "Containerfile")
        or name.startswith("Dockerfile.")
        or name.endswith(".Dockerfile")
    )


def dockerfiles(folder: Path) -> list[str]:
    """The Dockerfiles in a folder and some levels below it, the likeliest first; hidden folders have none.

    For a thread. A folder that cannot be read is passed over.
    """
    found: list[str] = []
    waiting = [("", 0)]
    looked = 0
    while waiting and looked < SEARCHED_FOLDERS and len(found) < MOST_DOCKERFILES:
        above, depth = waiting.pop(0)
        looked += 1
        try:
            with os.scandir(folder / above) as entries:
                there = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in there:
            path = f"{above}/{entry.name}" if above else entry.name
            if entry.is_dir(follow_symlinks=False):
                if depth < DEPTH and not entry.name.startswith(".") and entry.name != "node_modules":
                    waiting.append((path, depth + 1))
            elif is_dockerfile(entry.name) and entry.is_file():
                found.append(path)
    return sorted(found, key=lambda path: (path.count("/"), path != "Dockerfile", path))[:MOST_DOCKERFILES]
