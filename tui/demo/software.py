"""What the layers of the demo's images hold: package databases, Python packages, files of a likely size."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui.demo.files import family, shell_less
from tui.demo.models import Image


@dataclass(frozen=True)
class Hole:
    """A file that has a size and, as there is nothing to read in it, takes no room in an archive."""

    size: int
    """Bytes."""


@dataclass(frozen=True)
class Gone:
    """A file that this layer removes."""


Content = bytes | Hole | Gone | None
"""A file, or None for a folder."""

DPKG, APK = "var/lib/dpkg/status", "lib/apk/db/installed"
SITE = "usr/local/lib/python3.12/site-packages"

DEBIAN = (
    *("adduser=3.134 686", "apt=2.6.1 4232", "base-files=12.4+deb12u9 341", "bash=5.2.15-2+b7 7163"),
    *("ca-certificates=20230311 392", "coreutils=9.1-1 18062", "dash=0.5.12-2 191", "dpkg=1.21.22 6384"),
    *("findutils=4.9.0-4 1796", "gpgv=2.2.40-1.1 903", "grep=3.8-5 1257", "gzip=1.12-1 245"),
    *("libc6=2.36-9+deb12u9 12988", "libgcc-s1=12.2.0-14 145", "libssl3=3.0.15-1~deb12u1 6021"),
    *("libsystemd0=252.33-1~deb12u1 1043", "login=1:4.13+dfsg1-1 883", "mawk=1.3.4 245"),
    *("perl-base=5.36.0-7+deb12u1 7673", "sed=4.9-1 987", "tar=1.34+dfsg-1.2 3152", "tzdata=2024b 3128"),
    *("util-linux=2.38.1-5 4524", "zlib1g=1:1.2.13.dfsg-1 168"),
)
ALPINE = (
    *("alpine-baselayout=3.6.8-r1 324", "alpine-keys=2.5-r0 16", "apk-tools=2.14.6-r3 308"),
    *("busybox=1.37.0-r12 916", "ca-certificates-bundle=20241121-r1 224", "libcrypto3=3.3.3-r0 4508"),
    *("libssl3=3.3.3-r0 892", "musl=1.2.5-r9 636", "musl-utils=1.2.5-r9 148", "scanelf=1.3.8-r1 68"),
    *("ssl_client=1.37.0-r12 28", "zlib=1.3.1-r2 108"),
)
"""Packages as NAME=VERSION and kB."""
PYTHON = {"flask": "3.1.0", "jinja2": "3.1.5", "psycopg": "3.2.4", "redis": "5.2.1", "werkzeug": "3.1.3"}

_APT = re.compile(r"apt-get install -y (.*?)(?: # buildkit)?$")
_ADD = re.compile(r"apk add --no-cache (.*?)(?: # buildkit)?$")
MB = 1_000_000


def layer_files(image: Image, number: int) -> dict[str, Content]:
    """What a layer adds and removes."""
    name = image.references[0] if image.references else ""
    layer = image.layers[number]
    files: dict[str, Content] = {}
    if number == 0 and layer.made_by.startswith("ADD "):
        files |= _system(family(name))
    if not shell_less(name):
        files |= _installed(image, number)
    if "python" in layer.made_by:
        files |= _python()
    if "pip install" in layer.made_by:
        files |= _pip()
    rest = layer.size - sum(_size(content) for content in files.values())
    if rest > 0:
        files[_largest(layer.made_by, name, number)] = Hole(rest)
    return files


def _size(content: Content) -> int:
    return content.size if isinstance(content, Hole) else len(content) if isinstance(content, bytes) else 0


def _largest(made_by: str, image: str, number: int) -> str:
    """Where the bytes of a layer are that nothing else accounts for."""
    words = made_by.removesuffix("# buildkit").split()
    target = words[-1].strip("./") if words and words[0] in ("COPY", "ADD") else ""
    if "#(nop)" in made_by or target in ("app", "src"):
        return "app/shop/assets.bin"
    if target and words[0] == "COPY":
        return target if "." in target or "/" in target else f"{target}/data"
    own = image.partition(":")[0].rpartition("/")[2]
    return f"usr/lib/{own or 'data'}.so" if number else "usr/lib/locale/locale-archive"


def _system(kind: str) -> dict[str, Content]:
    if kind == "alpine":
        return {"bin/busybox": Hole(808_712), "lib/ld-musl-x86_64.so.1": Hole(650_800)}
    lib = "usr/lib/x86_64-linux-gnu"
    return {
        f"{lib}/libc.so.6": Hole(1_922_136),
        f"{lib}/libcrypto.so.3": Hole(4_709_432),
        f"{lib}/libperl.so.5.36": Hole(3_820_544),
        "usr/bin/bash": Hole(1_265_648),
        "usr/bin/perl": Hole(3_822_616),
        "usr/share/doc/bash/changelog.gz": Hole(71_204),
        "var/lib/apt/lists/debian_bookworm_main_Packages": Hole(9 * MB),
        "var/cache/apt/pkgcache.bin": Hole(5 * MB),
    }


def _installed(image: Image, number: int) -> dict[str, Content]:
    """The package database after a layer that changed it, and what else it did."""
    steps = [layer.made_by for layer in image.layers[: number + 1]]
    if not steps[0].startswith("ADD "):
        return {}
    alpine = "alpine" in steps[0]
    pattern = _ADD if alpine else _APT
    added = [word for step in steps if (found := pattern.search(step)) for word in found[1].split()]
    if number and not pattern.search(steps[-1]):
        return {}
    base = list(ALPINE if alpine else DEBIAN)
    every = base + [f"{word if '=' in word else f'{word}=1.0-1'} 2400" for word in sorted(set(added))]
    files: dict[str, Content] = {APK if alpine else DPKG: _database(every, alpine=alpine)}
    if number and not alpine:
        files["var/lib/apt/lists/debian_bookworm_main_Packages"] = Gone()
        files["var/cache/apt/pkgcache.bin"] = Gone()
    return files


def _database(packages: list[str], *, alpine: bool) -> bytes:
    stanzas = []
    for package in packages:
        name, _, rest = package.partition("=")
        version, kib = rest.split()
        if alpine:
            stanzas.append(f"P:{name}\nV:{version}\nA:x86_64\nI:{int(kib) * 1024}\no:{name}\n")
        else:
            status = f"Package: {name}\nStatus: install ok installed\nVersion: {version}\n"
            stanzas.append(f"{status}Architecture: amd64\nInstalled-Size: {kib}\n")
    return "\n".join(stanzas).encode()


def _python() -> dict[str, Content]:
    return {
        "usr/local/bin/python3.12": Hole(14_664),
        "usr/local/lib/libpython3.12.so.1.0": Hole(9_260_544),
        "usr/local/lib/python3.12/ensurepip/pip.whl": Hole(2_100_000),
        f"{SITE}/pip/main.py": Hole(11 * MB),
        f"{SITE}/pip-24.3.1.dist-info/METADATA": _metadata("pip", "24.3.1"),
    }


def _pip() -> dict[str, Content]:
    files: dict[str, Content] = {
        "usr/local/lib/python3.12/ensurepip": Gone(),
        f"{SITE}/pip/main.py": Hole(int(11.4 * MB)),
        f"{SITE}/pip-24.3.1.dist-info": Gone(),
        f"{SITE}/pip-25.0.dist-info/METADATA": _metadata("pip", "25.0"),
    }
    for name, version in PYTHON.items():
        files[f"{SITE}/{name}/__init__.py"] = Hole(len(name) * 40_000)
        files[f"{SITE}/{name}-{version}.dist-info/METADATA"] = _metadata(name, version)
    return files


def _metadata(name: str, version: str) -> bytes:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n\nAbout {name}.\n".encode()
