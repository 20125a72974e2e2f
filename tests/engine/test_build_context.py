"""The context of a build: what is counted, and the tar that streams it."""

from __future__ import annotations

import io
import os
import socket
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from tui.engine.build_context import PIECE, dockerfiles, packed, scan
from tui.engine.errors import EngineError


def tar_of(folder: Path, dockerfile: str = "Dockerfile") -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(b"".join(packed(folder, dockerfile))))


def test_files_folders_and_links_arrive_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "run").write_text("#!/bin/sh\n")
    (tmp_path / "bin" / "run").chmod(0o755)
    (tmp_path / "link").symlink_to("bin/run")
    (tmp_path / "away").symlink_to("/etc/passwd")
    (tmp_path / ("long" * 60)).write_text("x")
    tar = tar_of(tmp_path)
    assert tar.getmember("bin").isdir()
    run = tar.extractfile("bin/run")
    assert run is not None
    assert run.read() == b"#!/bin/sh\n"
    member = tar.getmember("bin/run")
    assert (member.mode, member.uid, member.gid, member.uname) == (0o755, 0, 0, "")
    assert tar.getmember("link").linkname == "bin/run"
    assert tar.getmember("away").linkname == "/etc/passwd"
    assert "long" * 60 in tar.getnames()


def test_a_name_that_is_no_text_arrives_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9")).write_text("x")
    (name,) = tar_of(tmp_path).getnames()
    assert os.fsencode(name) == b"caf\xe9"


def test_sockets_and_pipes_are_left_where_they_are(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        (tmp_path / "file").write_text("x")
        assert tar_of(tmp_path).getnames() == ["file"]
        context = scan(tmp_path, "Dockerfile")
    assert context is not None
    assert (context.files, context.size) == (1, 1)


def test_a_link_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "round").symlink_to(tmp_path)
    context = scan(tmp_path, "Dockerfile")
    assert context is not None
    assert context.files == 1
    assert tar_of(tmp_path).getnames() == ["round"]


def test_the_dockerfiles_own_ignore_file_comes_first(tmp_path: Path) -> None:
    for name in ("a", "b", "web.Dockerfile", "Dockerfile"):
        (tmp_path / name).write_text("x")
    (tmp_path / ".dockerignore").write_text("a\n")
    (tmp_path / "web.Dockerfile.dockerignore").write_text("b\n")
    assert "a" not in tar_of(tmp_path).getnames()
    names = tar_of(tmp_path, "web.Dockerfile").getnames()
    assert "a" in names
    assert "b" not in names


def test_memory_stays_flat_while_a_big_file_goes(tmp_path: Path) -> None:
    with (tmp_path / "big").open("wb") as file:
        file.truncate(64 << 20)
    tracemalloc.start()
    size = sum(map(len, packed(tmp_path, "Dockerfile")))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 64 << 20
    assert peak < 8 * PIECE


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("x")
    refused = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: not str(path).endswith("secret") and refused(path, mode)
    )
    context = scan(tmp_path, "Dockerfile")
    assert context is not None
    assert (context.unreadable, context.unreadable_count) == (("secret",), 1)

    def deny(*args: object, **options: object) -> int:
        raise PermissionError(13, "Permission denied", str(tmp_path / "secret"))

    monkeypatch.setattr(os, "open", deny)
    with pytest.raises(EngineError, match="secret cannot be read: Permission denied") as told:
        list(packed(tmp_path, "Dockerfile"))
    assert ".dockerignore" in told.value.advice


def test_a_file_that_shrinks_under_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(bytes(3 * PIECE))
    pieces = packed(tmp_path, "Dockerfile")
    next(pieces)
    os.truncate(tmp_path / "log", PIECE)
    with pytest.raises(EngineError, match="log became shorter"):
        list(pieces)


def test_counting_stops_when_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert scan(tmp_path, "Dockerfile", lambda: True) is None


def test_a_pattern_that_docker_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("[a\n")
    with pytest.raises(EngineError, match=r"\.dockerignore: error in the pattern \[a"):
        scan(tmp_path, "Dockerfile")


def test_dockerfiles_are_found_by_name_and_by_depth(tmp_path: Path) -> None:
    for name in (
        *("Dockerfile", "Dockerfile.dev", "web.Dockerfile", "Containerfile", "Dockerfile.dockerignore"),
        *(
            "a/Dockerfile",
            "a/b/c/Dockerfile",
            "a/b/c/d/Dockerfile",
            ".git/Dockerfile",
            "node_modules/Dockerfile",
        ),
        "README",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("FROM scratch\n")
    assert dockerfiles(tmp_path) == [
        *("Dockerfile", "Containerfile", "Dockerfile.dev", "web.Dockerfile"),
        *("a/Dockerfile", "a/b/c/Dockerfile"),
    ]
