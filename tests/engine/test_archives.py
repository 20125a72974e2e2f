"""Tars between the Engine and files: complete or not there, never over another file, and in plain words."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import socket
import tarfile
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.http_engine import DEADLINE, Asked, HttpEngine, Reply, until
from tui.engine import archives
from tui.engine.archive_look import Kept, kept_in
from tui.engine.archives import Standing, receive, send, standing
from tui.engine.connection import Connection
from tui.engine.endpoint import Endpoint
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Skip, Target, Task
from tui.engine.lines import docker

STREAM = "GET /images/get"
LOAD = "POST /images/load"


def tar_of(**files: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return made.getvalue()


TAR = tar_of(a=b"1" * 5000)


def a_job() -> Job:
    return Job(1, Task("image.save", "save", docker("save"), (Target("a", "a"),), lambda *args: ""))


def take(
    connection: Connection,
    path: Path,
    job: Job | None = None,
    replaces: Standing | None = None,
    total: int = 0,
) -> int:
    def ask() -> Any:
        return connection.ask("GET", "/images/get", stream=True, seconds=None)

    return receive(job or a_job(), path, ask, replaces=replaces, total=total)


def give(connection: Connection, path: Path, job: Job | None = None) -> str:
    def ask(body: archives.Upload) -> Any:
        return connection.ask("POST", "/images/load", data=body, stream=True, seconds=None)

    return send(job or a_job(), path, ask).status


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "folder"
    made.mkdir()
    return made


# From the Engine to a file


def test_an_answer_becomes_a_file_of_its_owner_alone(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    http_engine.answers[STREAM] = Reply(TAR)
    assert take(connection, folder / "a.tar") == len(TAR)
    assert (folder / "a.tar").read_bytes() == TAR
    assert (folder / "a.tar").stat().st_mode & 0o777 == 0o600
    assert os.listdir(folder) == ["a.tar"]


@pytest.mark.parametrize("name", ["a.tar.gz", "a.tgz"])
def test_the_name_says_whether_it_is_compressed(
    name: str, http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    http_engine.answers[STREAM] = Reply(TAR)
    written = take(connection, folder / name)
    assert gzip.decompress((folder / name).read_bytes()) == TAR
    assert written == (folder / name).stat().st_size < len(TAR)


def test_a_job_says_how_many_bytes_came_and_never_that_an_estimate_is_reached(
    http_engine: HttpEngine, connection: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "REPORT_SECONDS", 1e-9)
    http_engine.answers[STREAM] = Reply(TAR)
    job = a_job()
    take(connection, folder / "a.tar", job, total=len(TAR))
    assert job.note.startswith("received 10.2 kB of about 10.2 kB, ")
    assert job.fraction == archives.NEARLY


def test_a_refused_request_leaves_nothing(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    http_engine.answers[STREAM] = Reply({"message": "reference does not exist"}, 404)
    with pytest.raises(EngineError, match="reference does not exist"):
        take(connection, folder / "a.tar")
    assert os.listdir(folder) == []


def test_a_failure_told_in_the_middle_of_the_tar_is_a_failure(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    words = {"errorDetail": {"message": "layer is gone"}, "error": "layer is gone"}
    http_engine.answers[STREAM] = Reply(TAR[:3000] + json.dumps(words).encode() + b"\r\n")
    with pytest.raises(EngineError, match="layer is gone"):
        take(connection, folder / "a.tar")
    http_engine.answers[STREAM] = Reply(TAR[:3000])
    with pytest.raises(EngineError, match="ends in the middle"):
        take(connection, folder / "a.tar")
    assert os.listdir(folder) == []


def streaming(
    http_engine: HttpEngine, connection: Connection, path: Path
) -> tuple[Job, threading.Thread, list]:
    """A save that has taken its first bytes and waits for more."""
    http_engine.streamed.add(STREAM)
    job, ended = a_job(), []

    def work() -> None:
        try:
            take(connection, path, job)
        except (EngineError, Skip) as error:
            ended.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    http_engine.until(lambda: http_engine.followed)
    http_engine.send(TAR[:4000])
    until(lambda: (path.parent / f"{path.name}.part").stat().st_size == 4000)
    return job, thread, ended


def test_a_cancel_ends_it_at_once_and_removes_the_half_file(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    job, thread, ended = streaming(http_engine, connection, folder / "a.tar")
    assert os.listdir(folder) == ["a.tar.part"]
    job.cancel()
    thread.join(DEADLINE)
    assert [type(error) for error in ended] == [Skip]
    assert os.listdir(folder) == []


def test_quitting_meanwhile_leaves_no_half_file(
    http_engine: HttpEngine, connection: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_exit: list[Callable[[], None]] = []
    monkeypatch.setattr(archives.atexit, "register", at_exit.append)
    job, thread, _ = streaming(http_engine, connection, folder / "a.tar")
    (remove,) = at_exit
    remove()
    assert os.listdir(folder) == []
    job.cancel()
    thread.join(DEADLINE)


def test_an_engine_that_dies_in_the_middle_leaves_no_half_file(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    _, thread, ended = streaming(http_engine, connection, folder / "a.tar")
    http_engine.die()
    thread.join(DEADLINE)
    assert [isinstance(error, EngineError) for error in ended] == [True]
    assert os.listdir(folder) == []


def test_a_file_that_came_meanwhile_is_not_replaced(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    path = folder / "a.tar"

    def meanwhile(asked: Asked) -> Reply:
        path.write_text("another's")
        return Reply(TAR)

    http_engine.answers[STREAM] = meanwhile
    with pytest.raises(EngineError, match="not what it was when its name was chosen"):
        take(connection, path)
    assert path.read_text() == "another's"
    assert os.listdir(folder) == ["a.tar"]


def test_only_the_file_that_was_seen_is_replaced(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    path = folder / "a.tar"
    path.write_text("old")
    seen = standing(path)
    http_engine.answers[STREAM] = Reply(TAR)
    path.write_text("written again")
    with pytest.raises(EngineError, match="not what it was"):
        take(connection, path, replaces=seen)
    assert path.read_text() == "written again"
    take(connection, path, replaces=standing(path))
    assert path.read_bytes() == TAR
    assert standing(folder / "none") is None


def test_a_half_file_of_somebody_else_is_left_alone(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    (folder / "a.tar.part").write_text("another's")
    with pytest.raises(EngineError, match=r"a\.tar\.part is there already"):
        take(connection, folder / "a.tar")
    assert (folder / "a.tar.part").read_text() == "another's"
    assert http_engine.count(STREAM) == 0


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission denied"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_what_the_disk_says_is_told_in_plain_words(
    code: int,
    words: str,
    http_engine: HttpEngine,
    connection: Connection,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    http_engine.answers[STREAM] = Reply(TAR)
    with pytest.raises(EngineError, match=words):
        take(connection, folder / "a.tar")
    assert os.listdir(folder) == []


def test_a_full_disk_while_writing_is_told_and_leaves_nothing(
    http_engine: HttpEngine, connection: Connection
) -> None:
    full = Path("/dev/full")
    job = a_job()
    http_engine.answers[STREAM] = Reply(TAR)
    with full.open("wb", buffering=0) as file, pytest.raises(EngineError, match="the disk is full"):
        archives._Writing(job, full, file, 0).take(lambda: connection.ask("GET", "/images/get", stream=True))


def test_a_folder_that_is_not_there_is_told_before_anything_is_asked(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    with pytest.raises(EngineError, match="there is no "):
        take(connection, folder / "none" / "a.tar")
    assert http_engine.count(STREAM) == 0


# From a file to the Engine


def test_a_file_goes_out_with_its_length_and_what_the_engine_tells_comes_back(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    (folder / "a.tar").write_bytes(TAR)
    http_engine.answers[LOAD] = Reply(b'{"stream":"Loaded image: a:1\\n"}\r\n')
    assert give(connection, folder / "a.tar") == "Loaded image: a:1"
    asked = http_engine.last(LOAD)
    assert asked.body == TAR
    assert asked.headers["Content-Length"] == str(len(TAR))
    assert "Transfer-Encoding" not in asked.headers


def test_a_failure_inside_of_the_answer_is_a_failure(
    http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    (folder / "a.tar").write_bytes(b"x" * 100)
    http_engine.answers[LOAD] = Reply(b'{"error":"archive/tar: invalid tar header"}\r\n')
    with pytest.raises(EngineError, match="invalid tar header"):
        give(connection, folder / "a.tar")


def test_a_big_file_is_never_in_memory(
    http_engine: HttpEngine, connection: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces: list[int] = []
    told = archives._Telling.moved

    def moved(telling: Any, count: int) -> None:
        pieces.append(count)
        told(telling, count)

    monkeypatch.setattr(archives._Telling, "moved", moved)
    with (folder / "a.tar").open("wb") as file:
        file.truncate(3_000_000)
    http_engine.answers[LOAD] = Reply(b"")
    job = a_job()
    give(connection, folder / "a.tar", job)
    assert sum(pieces) == 3_000_000
    assert max(pieces) == archives.PIECE
    assert job.fraction == 1.0
    assert job.note.startswith("sent 3.0 MB of 3.0 MB, ")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "is a folder"),
        (lambda path: path.touch(), "it is empty"),
        (os.mkfifo, "it is no file"),
        (lambda path: None, "there is no "),
        (lambda path: path.symlink_to("nowhere"), "there is no "),
    ],
)
def test_what_cannot_be_sent_is_said_before_anything_is_asked(
    make: Callable[[Path], None], words: str, http_engine: HttpEngine, connection: Connection, folder: Path
) -> None:
    make(folder / "a.tar")
    with pytest.raises(EngineError, match=words):
        give(connection, folder / "a.tar")
    assert http_engine.count(LOAD) == 0


def test_a_file_that_becomes_shorter_is_the_files_fault_and_not_the_engines(
    connection: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "a.tar"
    path.write_bytes(TAR)
    real = os.fstat

    def longer(descriptor: int) -> os.stat_result:
        values = list(real(descriptor))
        values[6] += 10
        return os.stat_result(values)

    monkeypatch.setattr(archives.os, "fstat", longer)
    with pytest.raises(EngineError, match="became shorter while it was read"):
        give(connection, path)


def test_a_cancel_ends_the_sending_in_the_middle(folder: Path) -> None:
    path = folder / "a.tar"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    job, ended = a_job(), []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "slow.sock"))
        listener.listen()
        connection = Connection(Endpoint(f"unix://{folder}/slow.sock", "", "test"))

        def work() -> None:
            try:
                give(connection, path, job)
            except (EngineError, Skip) as error:
                ended.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        engine, _ = listener.accept()
        with engine:
            engine.settimeout(DEADLINE)
            got = len(engine.recv(100_000))
            job.cancel()
            while piece := engine.recv(1_000_000):
                got += len(piece)
        thread.join(DEADLINE)
        connection.close()
    assert [type(error) for error in ended] == [Skip]
    assert got < 10_000_000


# What an archive holds

MANIFEST = [
    {"Config": f"blobs/sha256/{'a' * 64}", "RepoTags": ["web:1", "web:2"], "Layers": []},
    {"Config": f"{'b' * 64}.json", "RepoTags": None, "Layers": []},
]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_images_of_an_archive_are_read_from_its_list(
    pack: Callable[[bytes], bytes], folder: Path
) -> None:
    path = folder / "a.tar"
    path.write_bytes(
        pack(tar_of(**{"layer.tar": b"0" * 100_000, "manifest.json": json.dumps(MANIFEST).encode()}))
    )
    first, second = Kept(f"sha256:{'a' * 64}", ("web:1", "web:2")), Kept(f"sha256:{'b' * 64}", ())
    assert kept_in(path, lambda: False) == (first, second)


def test_an_archive_without_a_list_holds_no_images(folder: Path) -> None:
    path = folder / "a.tar"
    lists = [b"{", b"[1]", b"null", b"[" * 100_000]
    for content in (tar_of(etc=b""), *(tar_of(**{"manifest.json": each}) for each in lists)):
        path.write_bytes(content)
        assert kept_in(path, lambda: False) is None


def test_the_search_ends_when_nobody_wants_it(folder: Path) -> None:
    path = folder / "a.tar"
    path.write_bytes(tar_of(**{"manifest.json": json.dumps(MANIFEST).encode()}))
    assert kept_in(path, lambda: True) is None


def test_a_layer_that_is_too_big_for_its_field_is_passed_over(folder: Path) -> None:
    size = 9 * 1024**3
    layer = tarfile.TarInfo("layer.tar")
    layer.size = size
    path = folder / "a.tar"
    with path.open("wb") as file:
        file.write(layer.tobuf(tarfile.PAX_FORMAT))
        file.seek(size, io.SEEK_CUR)  # a hole, which takes no room
        file.write(tar_of(**{"manifest.json": json.dumps(MANIFEST).encode()}))
    kept = kept_in(path, lambda: False)
    assert kept is not None
    assert kept[0].tags == ("web:1", "web:2")


def test_a_tar_that_was_made_to_fill_the_memory_is_refused_in_little_of_it(folder: Path) -> None:
    huge = tarfile.TarInfo("x")
    huge.type, huge.size = tarfile.XHDTYPE, 2 * 1024**3
    path = folder / "a.tar.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(huge.tobuf(tarfile.GNU_FORMAT))
        for _ in range(8):
            file.write(bytes(1 << 20))
    tracemalloc.start()
    with pytest.raises(tarfile.TarError):
        kept_in(path, lambda: False)
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("content", [b"x" * 5000, b"\x1f\x8b" + b"x" * 5000, TAR[:1000]])
def test_what_is_no_tar_is_said_to_be_none(content: bytes, folder: Path) -> None:
    path = folder / "a.tar"
    path.write_bytes(content)
    with pytest.raises(tarfile.TarError):
        kept_in(path, lambda: False)
