"""Archives: tars that stream between an Engine and files of the machine that Wharf runs on."""

from __future__ import annotations

import atexit
import errno
import json
import os
import stat
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from tui.engine.errors import EngineError, engine_errors
from tui.engine.jobs import Job, Skip
from tui.engine.transfer import STOPPED, follow

if TYPE_CHECKING:
    import requests

    from tui.engine.progress import Progress

PIECE = 256 * 1024
"""Bytes that are in memory at a time."""
REPORT_SECONDS = 0.1
"""So often a transfer says how far it is."""
TAIL = 4096
"""Bytes of the end that are looked at: a failure in the middle of an answer is told there."""
TAR_END = bytes(1024)
"""What every tar ends in."""
FAILED = b'{"errorDetail"'
"""How what the Engine says of a failure begins."""
GZIPPED = (".tar.gz", ".tgz")
"""Endings of the names of files that are compressed as they are written."""
NEARLY = 0.99
"""The most that is said to be done while the size is only estimated."""
MODE = 0o600
"""A new archive is its owner's alone, as the docker CLI makes it: images hold secrets."""


class Standing(NamedTuple):
    """What stands at a path, as far as it tells one file from another."""

    device: int
    inode: int
    size: int
    """Bytes."""
    changed: int
    """Nanoseconds since the epoch."""


def standing(path: Path) -> Standing | None:
    """What stands at a path now; None when nothing does. Raises EngineError."""
    with local(path):
        try:
            found = path.lstat()
        except FileNotFoundError:
            return None
    return Standing(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def free_bytes(folder: Path) -> int:
    """The bytes that a person without privileges can still write in a folder. Raises OSError."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def receive(
    job: Job,
    path: Path,
    ask: Callable[[], requests.Response],
    *,
    total: int = 0,
    replaces: Standing | None = None,
) -> int:
    """Write the tar that a request sent by `ask` answers to a file, as `arriving` does; returns its bytes.

    `total` is an estimate in bytes, 0 for none. Raises EngineError, or Skip when it was cancelled.
    """
    with engine_errors(), arriving(job, path, replaces) as file:
        return _Writing(job, path, file, total).take(ask)


@contextmanager
def arriving(job: Job, path: Path, replaces: Standing | None = None) -> Iterator[BinaryIO]:
    """A file to write that comes into being only when it is complete.

    Until then it is `NAME.part`, which goes when anything fails. `replaces` is the file that may be replaced:
    there must be no other at the path. Raises EngineError, or Skip when the job was cancelled.
    """
    part = path.with_name(f"{path.name}.part")
    with local(part):
        file = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE), "wb", 0)

    def remove() -> None:
        with suppress(OSError):  # it stands at its own place by now, or nothing can be done about it
            part.unlink()

    atexit.register(remove)  # whoever quits meanwhile does not wait for this thread
    try:
        with file:
            yield file
            with local(part):
                os.fsync(file.fileno())
        if job.cancelled.is_set():
            raise Skip(STOPPED)
        with local(path):
            _put(part, path, replaces)
    finally:
        remove()
        atexit.unregister(remove)


def write_all(file: BinaryIO, path: Path, data: bytes) -> None:
    """Write all of it to the file at a path. Raises EngineError."""
    left = memoryview(data)
    with local(path):
        while left:
            left = left[file.write(left) :]


class _Writing:
    """One answer on its way into a file."""

    def __init__(self, job: Job, path: Path, file: BinaryIO, total: int) -> None:
        self._job = job
        self._path = path
        self._file = file
        self._tell = _Telling(job, "received", total, exact=False)
        self._tail = b""
        self._written = 0

    def take(self, ask: Callable[[], requests.Response]) -> int:
        """Take all of it; returns the bytes of the file."""
        import requests

        from tui.engine.connection import cut

        answer = ask()
        self._job.when_cancelled(lambda: cut(answer))
        try:
            with answer:
                self._copy(answer.iter_content(PIECE))
        except requests.RequestException:
            if not self._job.cancelled.is_set():
                raise
        if self._job.cancelled.is_set():
            raise Skip(STOPPED)
        self._check_end()
        return self._written

    def _copy(self, pieces: Iterator[bytes]) -> None:
        packer = None
        if self._path.name.endswith(GZIPPED):
            packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
        for piece in pieces:
            if self._job.cancelled.is_set():
                return
            self._tail = (self._tail + piece)[-TAIL:] if len(piece) < TAIL else piece[-TAIL:]
            self._write(packer.compress(piece) if packer else piece)
            self._tell.moved(len(piece))
        if packer:
            self._write(packer.flush())

    def _write(self, data: bytes) -> None:
        write_all(self._file, self._path, data)
        self._written += len(data)

    def _check_end(self) -> None:
        """Raises EngineError for a tar without an end: the Engine failed in the middle of a 200."""
        if self._tail.endswith(TAR_END):
            return
        with suppress(ValueError, LookupError, TypeError):
            raise EngineError(json.loads(self._tail[self._tail.rindex(FAILED) :])["error"])
        raise EngineError("the archive ends in the middle", advice="The Engine's own log may say why.")


def _put(part: Path, path: Path, replaces: Standing | None) -> None:
    """Put a complete file in its place. Raises OSError, or EngineError when another file is there by now."""
    if replaces is None:
        try:
            os.link(part, path)  # unlike a rename it never replaces
        except FileExistsError:
            raise _other(path) from None
        except OSError:
            if os.path.lexists(path):
                raise _other(path) from None
        else:
            return
    elif (now := standing(path)) is not None and now != replaces:
        raise _other(path)
    os.replace(part, path)


def _other(path: Path) -> EngineError:
    return EngineError(
        f"{path} is not what it was when its name was chosen",
        advice="Nothing was replaced. Choose the name again, or another one.",
    )


class Upload:
    """A file on its way to the Engine, read piece by piece. Each try makes one of its own."""

    def __init__(self, job: Job, file: BinaryIO, size: int) -> None:
        self._job = job
        self._file = file
        self._size = size
        self._tell = _Telling(job, "sent", size, exact=True)
        self.failure: OSError | None = None
        """Why the file could not be read to its end."""

    def __len__(self) -> int:
        """Its bytes, which are told to the Engine before the first of them comes."""
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        """The pieces. Raises OSError when it was cancelled, or the file cannot be read to its end."""
        left = self._size
        while left:
            if self._job.cancelled.is_set():
                raise ConnectionAbortedError(STOPPED)
            try:
                piece = self._file.read(min(left, PIECE))
                if not piece:
                    raise OSError(errno.EIO, "it became shorter while it was read")
            except OSError as error:
                self.failure = error
                raise
            yield piece
            left -= len(piece)
            self._tell.moved(len(piece))


def send(job: Job, path: Path, ask: Callable[[Upload], requests.Response]) -> Progress:
    """Send a file by a request, and follow what the Engine tells of it.

    Raises EngineError, also for a failure told in the answer; Skip when it was cancelled.
    """
    with local(path), opened(path) as file:
        body = Upload(job, file, os.fstat(file.fileno()).st_size)
        try:
            return follow(job, lambda: ask(body))
        except EngineError:
            if job.cancelled.is_set():
                raise Skip(STOPPED) from None
            if body.failure is not None:
                raise body.failure from None
            raise


def opened(path: Path) -> BinaryIO:
    """A file opened to be read. Raises OSError for what is no file, or holds nothing."""
    # a pipe without a writer would hold the opener up for ever
    file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", 0)
    found = os.fstat(file.fileno())
    if stat.S_ISREG(found.st_mode) and found.st_size:
        return file
    file.close()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise OSError(errno.EINVAL, "it is empty" if stat.S_ISREG(found.st_mode) else "it is no file")


class _Telling:
    """Says now and then how many bytes went over the line."""

    def __init__(self, job: Job, word: str, total: int, *, exact: bool) -> None:
        self._job = job
        self._word = word
        self._total = total
        self._exact = exact
        self._began = self._told = time.monotonic()
        self._moved = 0

    def moved(self, count: int) -> None:
        """So many bytes more have gone."""
        self._moved += count
        now = time.monotonic()
        if now - self._told < REPORT_SECONDS and self._moved != self._total:
            return
        self._told = now
        of = f" of {'' if self._exact else 'about '}{amount(self._total)}" if self._total else ""
        rate = self._moved / max(now - self._began, REPORT_SECONDS)
        share = min(self._moved / self._total, 1.0 if self._exact else NEARLY) if self._total else None
        self._job.report(f"{self._word} {amount(self._moved)}{of}, {amount(rate)}/s", share)


def amount(count: float) -> str:
    """Bytes for people, in units of 1000: "12.3 MB"."""
    from humanize import naturalsize

    return naturalsize(count)


@contextmanager
def local(path: Path) -> Iterator[None]:
    """Turn what the system says of a file of this machine into an EngineError in plain words."""
    try:
        yield
    except OSError as error:
        raise EngineError(file_words(error, path), advice=_ADVICE.get(error.errno or 0, "")) from error


def file_words(error: OSError, path: Path) -> str:
    """What is wrong with a file or its folder, in one plain clause."""
    match error.errno:
        case errno.ENOSPC:
            return f"the disk is full: there is no room left in {path.parent}"
        case errno.EDQUOT:
            return f"your quota is used up in {path.parent}"
        case errno.EFBIG:
            return f"the file system takes no file of this size: {path}"
        case errno.EACCES | errno.EPERM:
            return f"permission denied: {path}"
        case errno.EROFS:
            return f"nothing can be written there, it is mounted read-only: {path.parent}"
        case errno.ENOENT:
            return f"there is no {path}"
        case errno.ENOTDIR:
            return f"{path.parent} is no folder"
        case errno.EISDIR:
            return f"{path} is a folder"
        case errno.EEXIST:
            return f"{path} is there already"
        case errno.ENAMETOOLONG:
            return f"the name is too long: {path.name}"
    return f"{path}: {error.strerror or error}"


_ADVICE = {
    errno.ENOSPC: "Make room, or choose another folder. The half file was removed.",
    errno.EDQUOT: "Make room, or choose another folder. The half file was removed.",
    errno.EACCES: "Choose a place that you may use.",
    errno.EPERM: "Choose a place that you may use.",
    errno.EROFS: "Choose another folder.",
    errno.EEXIST: "Another transfer may be writing it. If none is, remove it, or choose another name.",
    errno.ENAMETOOLONG: "Choose a shorter one.",
}
