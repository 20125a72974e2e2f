"""What is found in the archive of an image: files by layer, what is wasted, in both layouts."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.image_archives import emptied, file, folder, gone, link, pieces, saved, tar
from tui.engine import inside, layers
from tui.engine.inside import CONTENTS, Shelf, contents_of, look_inside
from tui.engine.jobs import Job, Jobs, JobState, Target, Task
from tui.engine.layers import Contents, Layer, Mark, final_tree, layer_tree, matching, walk_tree
from tui.engine.lines import docker
from tui.engine.tar_walk import FileKind, TarError

BASE = tar(
    folder("etc"),
    file("etc/hosts", 100),
    file("etc/passwd", 50),
    file("./usr/bin/tool", 3000, mode=0o755),
    file("var/cache/a", 500),
    file("var/cache/b", 700),
)
NEXT = tar(
    folder("etc"),
    file("etc/hosts", 120),
    gone("usr/bin/tool"),
    emptied("var/cache"),
    file("var/cache/c", 10),
    file("new", 5),
)


def marks(layer: Layer) -> dict[str, str]:
    return {entry.path: mark.value for entry, mark in zip(layer.entries, layer.marks, strict=True)}


def paths(contents: Contents) -> set[str]:
    return {path for path, _, node in walk_tree(final_tree(contents.layers)) if not node.folder}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("old", [False, True], ids=["oci", "20.10"])
def test_each_layer_tells_what_it_added_changed_and_removed(old: bool, packed: bool) -> None:
    data = saved([BASE, NEXT], old=old, packed=packed, lines=["ADD rootfs /", "/bin/sh -c make"])
    found = contents_of(pieces(data), "sha256:x")
    first, second = found.layers
    assert [layer.line for layer in found.layers] == ["ADD rootfs /", "RUN make"]
    assert set(marks(first).values()) == {"added"}
    assert marks(second) == {
        "etc": "unchanged",
        "etc/hosts": "changed",
        "usr/bin/tool": "removed",
        "var/cache/a": "removed",
        "var/cache/b": "removed",
        "var/cache/c": "added",
        "new": "added",
    }
    assert second.counts == {Mark.ADDED: 2, Mark.CHANGED: 1, Mark.REMOVED: 3}
    assert paths(found) == {"etc/hosts", "etc/passwd", "var/cache/c", "new"}
    assert (first.size, second.size) == (4350, 135)
    assert found.wasted == first.wasted == 100 + 3000 + 500 + 700
    assert [(waste.path, waste.size, waste.layer, waste.by) for waste in found.wastes] == [
        ("usr/bin/tool", 3000, 0, 1),
        ("var/cache/b", 700, 0, 1),
        ("var/cache/a", 500, 0, 1),
        ("etc/hosts", 100, 0, 1),
    ]


@pytest.mark.parametrize("old", [False, True], ids=["oci", "20.10"])
def test_a_layer_that_is_there_twice_is_read_once_and_counts_twice(old: bool) -> None:
    again = tar(file("etc/hosts", 100))
    found = contents_of(pieces(saved([again, tar(file("x", 1)), again], old=old)), "i")
    assert [layer.size for layer in found.layers] == [100, 1, 100]
    assert [layer.wasted for layer in found.layers] == [100, 0, 0]
    assert marks(found.layers[2]) == {"etc/hosts": "changed"}


def test_a_removed_folder_takes_all_with_it() -> None:
    found = contents_of(pieces(saved([BASE, tar(gone("var"))])), "i")
    assert marks(found.layers[1]) == {"var": "removed"}
    (entry,) = found.layers[1].entries
    assert (entry.kind, entry.size) == (FileKind.FOLDER, 1200)
    assert found.wasted == 1200


def test_a_folder_that_becomes_a_file_and_back_hides_what_was_in_it() -> None:
    found = contents_of(
        pieces(saved([BASE, tar(file("var", 1)), tar(folder("var"), file("var/new", 2))])), "i"
    )
    assert found.wasted == 1201
    assert paths(found) == {"etc/hosts", "etc/passwd", "usr/bin/tool", "var/new"}


def test_a_folder_with_another_mode_is_changed() -> None:
    found = contents_of(pieces(saved([BASE, tar(folder("etc", 0o700))])), "i")
    assert marks(found.layers[1]) == {"etc": "changed"}


def test_bytes_with_several_names_are_wasted_when_the_last_name_goes() -> None:
    first = tar(file("a", 900), link("b", "a", hard=True), link("c", "./a", hard=True))
    some = contents_of(pieces(saved([first, tar(gone("a"), gone("b"))])), "i")
    assert some.wasted == 0
    every = contents_of(pieces(saved([first, tar(gone("a"), gone("b")), tar(file("c", 1))])), "i")
    assert [(waste.path, waste.size) for waste in every.wastes] == [("c", 900)]


def test_only_the_biggest_wastes_are_named_and_all_are_counted() -> None:
    many = tar(*(file(f"f{size}", size) for size in range(1, 31)))
    found = contents_of(pieces(saved([many, tar(*(gone(f"f{size}") for size in range(1, 31)))])), "i")
    assert [waste.size for waste in found.wastes] == list(range(30, 20, -1))
    assert found.wasted == sum(range(31))


def test_trees_have_sizes_and_can_be_searched() -> None:
    found = contents_of(pieces(saved([BASE, NEXT])), "i")
    whole = final_tree(found.layers)
    sizes = {path: node.size for path, _, node in walk_tree(whole)}
    assert sizes["etc"] == 170
    assert whole.size == 185
    assert list(whole.children) == ["etc", "usr", "var", "new"]
    whole.measure(biggest=True)
    assert list(whole.children) == ["etc", "var", "new", "usr"]
    assert [path for path, _, _ in matching(whole, "HOSTS", 100)] == ["etc", "etc/hosts"]
    assert [path for path, _, _ in matching(layer_tree(found.layers[1]), "tool", 9)][-1] == "usr/bin/tool"
    assert [path for path, _, _ in walk_tree(whole, set().__contains__)] == ["etc", "var", "new", "usr"]


def test_what_is_too_much_is_counted_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "MOST_ENTRIES", 3)
    monkeypatch.setattr(layers, "MOST_ENTRIES", 3)
    found = contents_of(pieces(saved([BASE])), "i")
    assert (found.entries, len(found.layers[0].entries), found.complete) == (6, 3, False)


def test_strange_paths_are_harmless() -> None:
    deep = "/".join("d" * 1 for _ in range(1500))
    layer = tar(
        file("/absolute", 1), file("a//b/./c", 2), file("../up", 3), file(deep, 4), file("x/" * 3000 + "y", 5)
    )
    found = contents_of(pieces(saved([layer])), "i")
    assert paths(found) == {"absolute", "a/b/c", "../up", deep}
    assert final_tree(found.layers).size == 10


def test_a_layer_that_cannot_be_read_says_so() -> None:
    zstd = b"\x28\xb5\x2f\xfd" + b"x" * 600
    found = contents_of(pieces(saved([BASE, zstd, BASE[:700] + b"x" * 1200])), "i")
    assert [layer.note for layer in found.layers] == [
        "",
        "it is packed by zstd, which cannot be read here",
        "it is no tar",
    ]
    assert found.notes[0].startswith("layer 2: it is packed by zstd")


@pytest.mark.parametrize("cut", [700, 3000, "manifest.json"])
def test_an_archive_that_ends_in_the_middle_is_told(cut: int | str) -> None:
    data = saved([BASE, NEXT])
    end = data.index(cut.encode()) + 600 if isinstance(cut, str) else cut
    with pytest.raises(TarError):
        contents_of(pieces(data[:end]), "i")


def test_an_archive_without_an_image_is_told() -> None:
    with pytest.raises(TarError, match="lists no image"):
        contents_of(pieces(BASE), "i")


# As a job


class Line:
    """A connection that answers with an archive."""

    def __init__(self, data: Iterator[bytes]) -> None:
        self.data = data
        self.paths: list[str] = []

    def ask(self, method: str, path: str, **options: Any) -> Line:
        self.paths.append(path)
        return self

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *error: object) -> None:
        return

    def iter_content(self, size: int) -> Iterator[bytes]:
        return self.data


def started(line: Line, ident: str) -> Job:
    def work(job: Job, connection: Any, target: Target) -> str:
        return str(look_inside(job, connection, target.ref, ident, 100_000).entries)

    task = Task("image.look", "look into", docker("save"), (Target("a/b:1", "a/b:1"),), work)
    return Jobs(lambda job: None).start(task, line)  # type: ignore[arg-type]


def ended(job: Job) -> Job:
    end = time.monotonic() + 10
    while job.ended is None:
        assert time.monotonic() < end
        time.sleep(0.005)
    return job


def test_what_was_found_is_kept_and_the_job_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "REPORT_SECONDS", 0.0)
    line = Line(pieces(saved([BASE, NEXT])))
    job = ended(started(line, "sha256:kept"))
    assert job.state is JobState.DONE
    assert line.paths == ["/images/a/b:1/get"]
    assert job.note.startswith("read ")
    assert "of about 100.0 kB" in job.note
    assert 0 < (job.fraction or 0) < 1
    found = CONTENTS.get("sha256:kept")
    assert found is not None
    assert len(found.layers) == 2
    assert CONTENTS.under_way("sha256:kept") is None


def test_a_cancel_ends_it_and_nothing_is_kept() -> None:
    go, waits = threading.Event(), threading.Event()

    def slow() -> Iterator[bytes]:
        data = saved([BASE])
        yield data[:1000]
        waits.set()
        assert go.wait(10)
        yield data[1000:]

    job = started(Line(slow()), "sha256:cut")
    assert waits.wait(10)
    assert CONTENTS.under_way("sha256:cut") is job
    job.cancel()
    go.set()
    assert ended(job).state is JobState.CANCELLED
    assert CONTENTS.get("sha256:cut") is None


def test_half_an_archive_is_a_failure() -> None:
    job = ended(started(Line(pieces(saved([BASE])[:1500])), "sha256:half"))
    assert job.state is JobState.FAILED
    assert "ends in the middle" in job.results[0].words


def test_only_some_images_are_remembered() -> None:
    shelf: Shelf[int] = Shelf()
    for number in range(inside.KEPT + 2):
        shelf.put(str(number), number)
    assert shelf.get("1") is None
    assert shelf.get("2") == 2
    shelf.forget("2")
    assert shelf.get("2") is None


def test_large_ones_make_room_for_the_newest() -> None:
    shelf: Shelf[int] = Shelf(lambda value: value, 10)
    for number in (4, 5, 6, 50):
        shelf.put(str(number), number)
        assert shelf.get(str(number)) == number
    assert shelf.get("6") is None
    shelf.put("3", 3)
    shelf.put("4", 4)
    assert (shelf.get("50"), shelf.get("3"), shelf.get("4")) == (None, 3, 4)
