"""The reader of tars, beside Python's own."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.image_archives import file, pieces, tar
from tui.engine.tar_walk import FileKind, Header, Source, TarError, gunzipped, walk

KINDS = {
    tarfile.REGTYPE: FileKind.FILE,
    tarfile.AREGTYPE: FileKind.FILE,
    tarfile.DIRTYPE: FileKind.FOLDER,
    tarfile.SYMTYPE: FileKind.SYMLINK,
    tarfile.LNKTYPE: FileKind.HARD_LINK,
    tarfile.FIFOTYPE: FileKind.FIFO,
    tarfile.CHRTYPE: FileKind.CHARACTER,
    tarfile.BLKTYPE: FileKind.BLOCK,
}
NAMES = st.text(
    st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=60
).filter(lambda name: name not in (".", ".."))
PATHS = st.lists(NAMES, min_size=1, max_size=8).map("/".join)


@st.composite
def entries(draw: st.DrawFn) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(draw(PATHS))
    entry.type = draw(st.sampled_from([kind for kind in KINDS if kind != tarfile.AREGTYPE]))
    entry.mode = draw(st.integers(0, 0o7777))
    entry.mtime = draw(st.integers(0, 2**33) | st.floats(0, 2**31))
    entry.uid = draw(st.integers(0, 2**22))
    if entry.type in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        entry.linkname = draw(PATHS)
    if entry.type == tarfile.REGTYPE:
        entry.size = draw(st.integers(0, 3000))
    if draw(st.booleans()):
        entry.pax_headers = {"SCHILY.xattr.user.x": "a\nb=c", "comment": draw(st.text(max_size=20))}
    return entry


def by_tarfile(data: bytes) -> list[tuple[object, ...]]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r|") as archive:
        return [
            (each.name.rstrip("/"), KINDS[each.type], each.size, each.mode & 0o7777, each.linkname)
            for each in archive
        ]


def told(header: Header) -> tuple[object, ...]:
    return (header.path, header.kind, header.size, header.mode, header.link)


@settings(max_examples=80, deadline=None)
@given(
    found=st.lists(entries(), max_size=6),
    form=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
    size=st.integers(1, 3000),
)
def test_it_reads_what_python_reads(found: list[tarfile.TarInfo], form: int, size: int) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for entry in found:
            archive.addfile(entry, io.BytesIO(bytes(entry.size)))
    data = made.getvalue()
    assert [told(header) for header in walk(Source(pieces(data, size)))] == by_tarfile(data)


def test_a_long_name_is_read_in_the_oldest_form_too() -> None:
    path = f"{'a' * 120}/{'b' * 90}"
    data = tar(file(path, 10), form=tarfile.USTAR_FORMAT)
    assert [header.path for header in walk(Source([data]))] == [path]


def test_a_size_of_many_digits_is_read() -> None:
    entry = tarfile.TarInfo("large")
    entry.size = 2**40
    (header,) = [next(walk(Source([entry.tobuf(form)]))) for form in [tarfile.GNU_FORMAT]]
    assert header.size == 2**40
    assert next(walk(Source([entry.tobuf(tarfile.PAX_FORMAT)]))).size == 2**40


def test_names_that_are_not_utf_8_stay_apart() -> None:
    entry = tarfile.TarInfo(b"\xff\xfe".decode("utf-8", "surrogateescape"))
    data = entry.tobuf(tarfile.GNU_FORMAT, errors="surrogateescape") + bytes(1024)
    assert [header.path for header in walk(Source([data]))] == ["\udcff\udcfe"]


def test_a_file_with_holes_has_its_size_and_takes_less_room() -> None:
    content = b"1\n9000\n0\n".ljust(512, b"\0")
    entry = tarfile.TarInfo("GNUSparseFile.1/x")
    entry.size = len(content)
    told = {"major": "1", "minor": "0", "name": "real", "realsize": "9000"}
    entry.pax_headers = {f"GNU.sparse.{key}": value for key, value in told.items()}
    data = entry.tobuf(tarfile.PAX_FORMAT) + content + tar(file("next", 3))
    first, second = walk(Source(pieces(data)))
    assert (first.path, first.size, first.stored) == ("real", 9000, 512)
    assert (second.path, second.size) == ("next", 3)


def test_contents_can_be_read_on_the_way_or_not() -> None:
    data = tar(file("a", b"first"), file("b", b"x" * 2000), file("c", b"third"))
    source = Source(pieces(data, 700))
    found = {}
    for header in walk(source):
        if header.path != "b":
            found[header.path] = source.read(header.stored)
    assert found == {"a": b"first", "c": b"third"}


@pytest.mark.parametrize(
    "data", [b"x" * 1024, b"<html>", tar(file("a", 5000))[:2000], tar(file("a", 9))[:100]]
)
def test_what_is_no_tar_or_not_all_of_one_is_told(data: bytes) -> None:
    with pytest.raises(TarError):
        list(walk(Source(pieces(data))))


def test_a_name_without_end_is_refused() -> None:
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 2**33
    with pytest.raises(TarError, match="too long"):
        list(walk(Source([entry.tobuf(tarfile.GNU_FORMAT)])))


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=1600), at=st.integers(0, 3000), size=st.integers(1, 900))
def test_whatever_comes_it_ends(data: bytes, at: int, size: int) -> None:
    whole = tar(file("a/b", 700), file("c" * 150, 10))
    mixed = whole[:at] + data + whole[at + len(data) :]
    try:
        list(walk(Source(pieces(mixed, size))))
    except TarError:
        return


def test_damaged_gzip_is_told() -> None:
    with pytest.raises(TarError, match="damaged"):
        list(gunzipped([b"\x1f\x8b" + b"x" * 50]))
