"""Software in an image: what the files of package databases say, read without any program of the image."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from struct import error as StructError
from struct import unpack_from
from typing import NamedTuple

LARGEST = 64 * 1024 * 1024
"""Bytes of a database that are read."""
MOST = 100_000
"""Packages of one database that are looked at."""
LONGEST_NUMBER = 18
"""Digits of a size."""


class Manager(StrEnum):
    """Who installed a package."""

    DPKG = "deb"
    APK = "apk"
    RPM = "rpm"
    PYTHON = "python"


class Package(NamedTuple):
    """One package."""

    name: str
    version: str
    manager: Manager
    source: str = ""
    """The source package that it was built from, where that has another name."""
    size: int | None = None
    """Bytes that it takes when installed; None where nobody says."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one file says."""

    packages: tuple[Package, ...] = ()
    release: str = ""
    """The name of the distribution."""
    note: str = ""
    """Why it says less than it could."""


Reader = Callable[[bytes], Found]

_RELEASES = frozenset(("etc/os-release", "usr/lib/os-release"))
_APK = frozenset(("lib/apk/db/installed", "usr/lib/apk/db/installed"))
_RPM_FOLDERS = ("var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/")
_RPM_OTHERS = ("Packages", "Packages.db")
_PYTHON_ENDS = (".dist-info/METADATA", ".egg-info/PKG-INFO", ".egg-info")


def reader_of(path: str) -> Reader | None:
    """Who reads a file of an image; None for what tells of no software. The path has no slash in front."""
    if path.endswith(_PYTHON_ENDS):
        return _python
    if path == "var/lib/dpkg/status":
        return _dpkg
    if path.startswith("var/lib/dpkg/status.d/"):
        return None if path.endswith(".md5sums") else _dpkg
    if path in _APK:
        return _apk
    if path in _RELEASES:
        return _release
    if path.startswith(_RPM_FOLDERS):
        name = path.rpartition("/")[2]
        return _rpm if name == "rpmdb.sqlite" else _unreadable_rpm if name in _RPM_OTHERS else None
    return None


def too_large(path: str) -> Found:
    """What there is to say of a database that is not read."""
    return Found(note=f"{path} is too large to be read")


def _dpkg(data: bytes) -> Found:
    found = []
    for fields in _stanzas(data):
        status = fields.get("Status", "installed").split()
        if "Package" in fields and status[-1:] == ["installed"]:
            kib = _count(fields.get("Installed-Size", ""))
            size = kib * 1024 if kib is not None else None
            source = fields.get("Source", "").partition(" ")[0]
            found.append(Package(fields["Package"], fields.get("Version", ""), Manager.DPKG, source, size))
    return Found(tuple(found[:MOST]))


def _stanzas(data: bytes) -> Iterator[dict[str, str]]:
    """Paragraphs of `Key: value` lines; lines that go on are left out, nothing asked for has any."""
    fields: dict[str, str] = {}
    for line in data.decode(errors="replace").split("\n"):
        if not line.strip():
            if fields:
                yield fields
            fields = {}
        elif not line[0].isspace():
            key, _, value = line.partition(":")
            fields[key] = value.strip()
    if fields:
        yield fields


def _count(text: str) -> int | None:
    """A number that a file may really have; None for anything else."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None


def _apk(data: bytes) -> Found:
    found = []
    for stanza in data.decode(errors="replace").split("\n\n"):
        fields = dict(_lettered(stanza.split("\n")))
        if name := fields.get("P"):
            source = fields.get("o", "")
            found.append(
                Package(
                    name,
                    fields.get("V", ""),
                    Manager.APK,
                    source if source != name else "",
                    _count(fields.get("I", "")),
                )
            )
    return Found(tuple(found[:MOST]))


def _lettered(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The fields of a package: `P:musl`. The lines of its files follow, which are left out."""
    for line in lines:
        if line.startswith("F:"):
            return
        key, _, value = line.partition(":")
        yield key, value.strip()


def _python(data: bytes) -> Found:
    """The head of a METADATA or PKG-INFO file; the description follows an empty line."""
    for fields in _stanzas(data):
        if "Name" in fields:
            return Found((Package(fields["Name"], fields.get("Version", ""), Manager.PYTHON),))
        break
    return Found()


def _release(data: bytes) -> Found:
    lines = (line.partition("=") for line in data.decode(errors="replace").split("\n"))
    fields = {key: value.strip().strip("\"'") for key, _, value in lines}
    named = f"{fields.get('NAME', '')} {fields.get('VERSION_ID', '')}".strip()
    return Found(release=fields.get("PRETTY_NAME") or named)


# rpm

UNREADABLE = "rpm database found, cannot be read here"
_STRINGS = (6, 8, 9)
"""Types of a tag whose value is text."""
_NUMBERS = {4: ">I", 5: ">Q"}
_NAME, _VERSION, _RELEASE, _EPOCH, _SIZE, _SOURCE, _LONG_SIZE = 1000, 1001, 1002, 1003, 1009, 1044, 5009
_KEYS = "gpg-pubkey"
"""A key that rpm trusts is kept as a package, and is none."""


def _unreadable_rpm(data: bytes) -> Found:
    """A database of Berkeley DB or of rpm's own kind, for which there is no reader here."""
    return Found(note=UNREADABLE)


def _rpm(data: bytes) -> Found:
    """A rpmdb.sqlite: a table of rpm's headers."""
    if len(data) < 100:
        return Found(note=UNREADABLE)
    # a database in WAL mode wants a second file beside it; what is complete can be read without
    plain = data[:18] + b"\1\1" + data[20:]
    base = sqlite3.connect(":memory:")
    try:
        base.deserialize(plain)
        rows = base.execute("SELECT blob FROM Packages ORDER BY hnum LIMIT ?", (MOST,)).fetchall()
        return Found(tuple(found for (blob,) in rows if (found := _rpm_package(blob)).name != _KEYS))
    except (sqlite3.Error, StructError, TypeError, ValueError, LookupError):
        return Found(note=UNREADABLE)
    finally:
        base.close()


def _rpm_package(blob: bytes) -> Package:
    """A package of rpm's header: two counts, an index of 16 bytes a tag, the values. Raises StructError."""
    tags, _ = unpack_from(">II", blob)
    values = 8 + tags * 16
    found: dict[int, str | int] = {}
    for at in range(8, values, 16):
        tag, kind, offset, _ = unpack_from(">IIII", blob, at)
        if kind in _STRINGS:
            end = blob.index(b"\0", values + offset)
            found[tag] = blob[values + offset : end].decode(errors="replace")
        elif kind in _NUMBERS:
            (found[tag],) = unpack_from(_NUMBERS[kind], blob, values + offset)
    epoch = f"{found[_EPOCH]}:" if _EPOCH in found else ""
    # the source is a file's name: NAME-VERSION-RELEASE.src.rpm
    source = str(found.get(_SOURCE, "")).rsplit("-", 2)[0]
    size = found.get(_LONG_SIZE, found.get(_SIZE))
    return Package(
        str(found[_NAME]),
        f"{epoch}{found[_VERSION]}-{found[_RELEASE]}",
        Manager.RPM,
        source if source != found[_NAME] else "",
        size if isinstance(size, int) else None,
    )


# Two images


class Change(StrEnum):
    """How another image differs in a package."""

    ADDED = "added"
    REMOVED = "removed"
    OTHER = "other version"
    SAME = "same"


class Difference(NamedTuple):
    """One package in two images."""

    name: str
    manager: Manager
    here: str
    """Its versions in this image, "" when it has none."""
    there: str
    change: Change
    """What one finds in the other image: added there, removed there."""


def compared(here: Sequence[Package], there: Sequence[Package]) -> tuple[Difference, ...]:
    """What differs first, by name."""
    mine, theirs = _versions(here), _versions(there)
    found = []
    for key in mine.keys() | theirs.keys():
        old, new = mine.get(key, ""), theirs.get(key, "")
        change = (
            Change.SAME
            if old == new and (key in mine) == (key in theirs)
            else Change.ADDED
            if key not in mine
            else Change.REMOVED
            if key not in theirs
            else Change.OTHER
        )
        found.append(Difference(key[0], key[1], old, new, change))
    return tuple(sorted(found, key=lambda one: (one.change is Change.SAME, one.name.lower(), one.manager)))


def _versions(packages: Sequence[Package]) -> dict[tuple[str, Manager], str]:
    """The versions by name: of some, such as a kernel, several are installed at once."""
    found: dict[tuple[str, Manager], list[str]] = {}
    for package in packages:
        found.setdefault((package.name, package.manager), []).append(package.version)
    return {key: ", ".join(dict.fromkeys(sorted(versions))) for key, versions in found.items()}
