"""Folders and files of the machine that Wharf runs on, as a person chooses among them.

All of it may take long on a slow disk or a network: it is for threads.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from enum import StrEnum
from itertools import islice, takewhile
from pathlib import Path
from typing import NamedTuple

from tui.engine.archives import file_words, free_bytes

MOST = 100_000
"""So many entries of a folder are listed; nobody looks through more."""


class Sort(StrEnum):
    """What stands at a path."""

    FOLDER = "folder"
    FILE = "file"
    OTHER = "other"
    """A device, a pipe, a socket, or a link that leads nowhere."""
    NOTHING = "nothing"


class Entry(NamedTuple):
    """One entry of a folder; links are followed."""

    name: str
    """Exactly as the system has it: bytes that are no UTF-8 stand in it by surrogateescape."""
    sort: Sort
    size: int = 0
    """Bytes, of a file."""
    changed: float = 0.0
    """Seconds since the epoch."""

    @property
    def hidden(self) -> bool:
        """Whether its name begins with a dot."""
        return self.name.startswith(".")


class Folder(NamedTuple):
    """What is in a folder."""

    path: Path
    entries: tuple[Entry, ...]
    """Folders first, then by name."""
    complete: bool
    """Whether that is all of it."""
    free: int
    """Bytes that may still be written there."""


class Place(NamedTuple):
    """What stands at a path, and what stands in the way of using it."""

    path: Path
    sort: Sort
    size: int = 0
    """Bytes."""
    changed: float = 0.0
    """Seconds since the epoch."""
    free: int = 0
    """Bytes that may still be written beside it."""
    problem: str = ""
    """Why it cannot be read or written, in one sentence; "" when it can."""


def here() -> Path:
    """The folder that Wharf was started in; the person's own when it is gone."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()


def placed(text: str, folder: Path) -> Path:
    """The path that a typed text means in a folder; `~` is the person's own. Raises ValueError."""
    if "\0" in text:
        raise ValueError("No name can hold a NUL.")
    os.fsencode(text)  # half a character that was pasted is no name either
    return Path(os.path.normpath(folder / os.path.expanduser(text)))


def read_folder(path: Path, stop: Callable[[], bool]) -> Folder:
    """What is in a folder; less of it once `stop` became true. Raises OSError."""
    entries = []
    with os.scandir(path) as found:
        for each in islice(found, MOST):
            if stop():
                break
            entries.append(_entry(each))
        complete = next(found, None) is None
    entries.sort(key=lambda entry: (entry.sort is not Sort.FOLDER, entry.name.casefold(), entry.name))
    return Folder(path, tuple(entries), complete, free_bytes(path))


def _entry(found: os.DirEntry[str]) -> Entry:
    try:
        seen = found.stat()
    except OSError:
        return Entry(found.name, Sort.OTHER)
    return Entry(found.name, _sort(seen.st_mode), seen.st_size, seen.st_mtime)


def _sort(mode: int) -> Sort:
    return Sort.FOLDER if stat.S_ISDIR(mode) else Sort.FILE if stat.S_ISREG(mode) else Sort.OTHER


def look_at(path: Path, *, writes: bool) -> Place:
    """What stands at a path that is to be read, or written (in the place of what is there)."""
    try:
        found = path.stat()
    except FileNotFoundError:
        place = Place(path, Sort.OTHER if path.is_symlink() else Sort.NOTHING)
    except OSError as error:
        return Place(path, Sort.NOTHING, problem=_sentence(file_words(error, path)))
    else:
        place = Place(path, _sort(found.st_mode), found.st_size, found.st_mtime)
    if place.sort is Sort.FOLDER:
        return place
    if place.sort is Sort.OTHER:
        return place._replace(problem=f"{path} is no file.")
    return _writable(place) if writes else _readable(place)


def _readable(place: Place) -> Place:
    if place.sort is Sort.NOTHING:
        return place._replace(problem=f"There is no {place.path}.")
    if not os.access(place.path, os.R_OK):
        return place._replace(problem=f"You may not read {place.path}.")
    return place if place.size else place._replace(problem=f"{place.path} is empty.")


def _writable(place: Place) -> Place:
    folder = place.path.parent
    if not folder.is_dir():
        problem = f"{folder} is no folder." if folder.exists() else f"There is no {folder}."
        return place._replace(problem=problem)
    try:
        free = free_bytes(folder)
    except OSError as error:
        return place._replace(problem=_sentence(file_words(error, folder)))
    if not os.access(folder, os.W_OK | os.X_OK):
        return place._replace(problem=f"You may not write into {folder}.")
    return place._replace(free=free)


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}."


def completed(typed: str, names: Sequence[str]) -> str:
    """What a typed beginning of a name can be completed to: as far as all names agree that begin so."""
    fitting = [name for name in names if name.startswith(typed)]
    if not fitting:
        return typed
    # what the first and the last of them agree in, all between them agree in
    pairs = zip(min(fitting), max(fitting), strict=False)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
