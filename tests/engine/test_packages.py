"""Software in an image, from the files of package databases."""

from __future__ import annotations

import sqlite3
import struct

import pytest

from tests.engine.image_archives import file, gone, link, pieces, saved, tar
from tui.engine import inside
from tui.engine.inside import contents_of
from tui.engine.layers import Contents
from tui.engine.packages import UNREADABLE, Change, Manager, Package, compared, reader_of

DPKG = b"""Package: bash
Status: install ok installed
Installed-Size: 7163
Architecture: amd64
Source: bash-source (5.2)
Version: 5.2.15-2+b7
Description: GNU Bourne Again SHell
 Package: not-one
 It goes on.

Package: left-over
Status: deinstall ok config-files
Version: 1

Package: tzdata
Status: install ok installed
Version: 2024b
"""
STATUS_D = b"Package: base-files\nVersion: 12.4\nArchitecture: amd64\n"
APK = b"""C:Q1x=
P:musl
V:1.2.5-r9
A:x86_64
S:1000
I:651264
o:musl
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755
P:not-one

P:ssl_client
V:1.37.0-r12
I:28672
o:busybox
"""
PYTHON = b"Metadata-Version: 2.1\nName: Flask\nVersion: 3.1.0\nSummary: x\n\nName: in-the-text\nVersion: 9\n"
RELEASE = b'# a comment\nNAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\n'


def found(*layers: bytes) -> Contents:
    return contents_of(pieces(saved(list(layers))), "i")


def names(contents: Contents) -> list[str]:
    return [f"{one.name} {one.version}" for one in contents.packages]


def rpm_header(tags: dict[int, str | int]) -> bytes:
    """As rpm keeps a package: two counts, the index, the values."""
    index, values = b"", b""
    for tag, value in tags.items():
        if isinstance(value, int):
            values += bytes(-len(values) % 4)
        index += struct.pack(">IIII", tag, 6 if isinstance(value, str) else 4, len(values), 1)
        values += value.encode() + b"\0" if isinstance(value, str) else struct.pack(">I", value)
    return struct.pack(">II", len(tags), len(values)) + index + values


def rpmdb(*headers: bytes, wal: bool = False) -> bytes:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    base.executemany("INSERT INTO Packages (blob) VALUES (?)", [(header,) for header in headers])
    base.commit()
    data = base.serialize()
    base.close()
    return data[:18] + b"\2\2" + data[20:] if wal else data


def test_debian_packages_are_read_with_size_and_source() -> None:
    contents = found(tar(file("var/lib/dpkg/status", DPKG), file("var/lib/dpkg/status.d/base", STATUS_D)))
    assert contents.packages == (
        Package("base-files", "12.4", Manager.DPKG),
        Package("bash", "5.2.15-2+b7", Manager.DPKG, "bash-source", 7163 * 1024),
        Package("tzdata", "2024b", Manager.DPKG),
    )


@pytest.mark.parametrize("path", ["lib/apk/db/installed", "usr/lib/apk/db/installed"])
def test_alpine_packages_are_read(path: str) -> None:
    assert found(tar(file(path, APK))).packages == (
        Package("musl", "1.2.5-r9", Manager.APK, "", 651264),
        Package("ssl_client", "1.37.0-r12", Manager.APK, "busybox", 28672),
    )


@pytest.mark.parametrize(
    "path", ["a/Flask-3.1.0.dist-info/METADATA", "b/Flask.egg-info/PKG-INFO", "F.egg-info"]
)
def test_python_packages_are_read(path: str) -> None:
    assert found(tar(file(path, PYTHON))).packages == (Package("Flask", "3.1.0", Manager.PYTHON),)


@pytest.mark.parametrize("wal", [False, True], ids=["plain", "wal"])
def test_rpm_packages_are_read_from_sqlite(wal: bool) -> None:
    bash = {1000: "bash", 1001: "5.2", 1002: "3.fc40", 1009: 8_000_000, 1044: "bash-5.2-3.fc40.src.rpm"}
    lib = {1000: "openssl-libs", 1001: "3.2", 1002: "1", 1003: 1, 1044: "openssl-3.2-1.src.rpm"}
    key = {1000: "gpg-pubkey", 1001: "a", 1002: "b"}
    data = rpmdb(*map(rpm_header, (bash, lib, key)), wal=wal)
    assert found(tar(file("usr/lib/sysimage/rpm/rpmdb.sqlite", data))).packages == (
        Package("bash", "5.2-3.fc40", Manager.RPM, "", 8_000_000),
        Package("openssl-libs", "1:3.2-1", Manager.RPM, "openssl"),
    )


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("var/lib/rpm/Packages", b"berkeley"),
        ("usr/lib/sysimage/rpm/Packages.db", b"ndb"),
        ("var/lib/rpm/rpmdb.sqlite", b"SQLite format 3\0" + b"x" * 500),
        ("var/lib/rpm/rpmdb.sqlite", rpmdb(b"\0\0\0\xff\0\0\0\1")),
        ("var/lib/rpm/rpmdb.sqlite", b""),
    ],
)
def test_a_database_that_cannot_be_read_is_told(path: str, data: bytes) -> None:
    contents = found(tar(file(path, data)))
    assert (contents.packages, contents.notes) == ((), (UNREADABLE,))


def test_the_last_layer_counts_and_what_was_removed_does_not() -> None:
    first = tar(
        file("var/lib/dpkg/status", DPKG),
        file("site/Flask-3.1.0.dist-info/METADATA", PYTHON),
        file("site/Jinja2-3.dist-info/METADATA", b"Name: Jinja2\nVersion: 3\n"),
    )
    second = tar(
        file("var/lib/dpkg/status", DPKG.replace(b"2024b", b"2025a")), gone("site/Flask-3.1.0.dist-info")
    )
    assert names(found(first, second)) == ["bash 5.2.15-2+b7", "Jinja2 3", "tzdata 2025a"]


def test_the_distribution_is_named() -> None:
    linked = tar(file("usr/lib/os-release", RELEASE), link("etc/os-release", "../usr/lib/os-release"))
    assert found(linked).release == "Debian GNU/Linux 12 (bookworm)"
    later = tar(file("etc/os-release", b"NAME=Alpine\nVERSION_ID=3.21\n"))
    assert found(later).release == "Alpine 3.21"


def test_what_is_too_large_is_passed_by_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "LARGEST", 100)
    contents = found(tar(file("var/lib/dpkg/status", DPKG), file("x.egg-info", PYTHON)))
    assert names(contents) == ["Flask 3.1.0"]
    assert contents.notes == ("var/lib/dpkg/status is too large to be read",)


def test_strange_contents_are_harmless() -> None:
    strange = b"\xff\xfe\x00: \n:\nPackage: \x1b[31m[/x]\nInstalled-Size: " + b"9" * 5000 + b"\nVersion: 1\n"
    (package,) = found(tar(file("var/lib/dpkg/status", strange))).packages
    assert (package.name, package.size) == ("\x1b[31m[/x]", None)


def test_other_files_are_not_looked_at() -> None:
    for path in ("etc/passwd", "var/lib/dpkg/status-old", "var/lib/dpkg/status.d/base.md5sums", "METADATA"):
        assert reader_of(path) is None


def test_two_images_are_compared() -> None:
    here = [Package("a", "1", Manager.DPKG), Package("b", "1", Manager.DPKG), Package("k", "1", Manager.RPM)]
    here += [Package("k", "2", Manager.RPM), Package("same", "1", Manager.APK)]
    there = [
        Package("b", "2", Manager.DPKG),
        Package("k", "2", Manager.RPM),
        Package("same", "1", Manager.APK),
    ]
    there += [Package("a", "1", Manager.PYTHON)]
    assert [(one.name, one.manager, one.here, one.there, one.change) for one in compared(here, there)] == [
        ("a", "deb", "1", "", Change.REMOVED),
        ("a", "python", "", "1", Change.ADDED),
        ("b", "deb", "1", "2", Change.OTHER),
        ("k", "rpm", "1, 2", "2", Change.OTHER),
        ("same", "apk", "1", "1", Change.SAME),
    ]
