"""Debian trees that hold a Docker Engine, made once by debootstrap and kept outside the checkout.

The Engine of a test never comes from the machine: nothing of Docker is installed on it and nothing of a
person's own Docker is used, so the two cannot meet. A tree is only ever read: an Engine runs on a scratch
layer above it.

Run as a program (as root) it makes the tree of one suite: `python roots.py SUITE`.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

CACHE = Path(os.environ.get("WHARF_TEST_CACHE", "/var/cache/wharf-test"))
"""Where the trees are kept; 400 and 700 MB."""

PACKAGES = {
    "bookworm": ["docker.io"],
    "sid": ["docker.io", "docker-cli", "docker-buildx", "docker-compose", "podman", "aardvark-dns"],
}
"""What makes a suite's tree an Engine, beside what every tree has."""

COMMON_PACKAGES = [
    *("busybox-static", "ca-certificates", "docker-registry", "iproute2", "iptables"),
    *("openssh-server", "procps"),
]


class RootError(Exception):
    """A tree cannot be made; the text says what to type or where the log is."""


def root_of(suite: str) -> Path:
    """The folder of a suite's tree, made or not; another list of packages is another tree."""
    wanted = " ".join(COMMON_PACKAGES + PACKAGES[suite])
    return CACHE / f"{suite}-{hashlib.sha256(wanted.encode()).hexdigest()[:8]}"


def ensure_root(suite: str) -> Path:
    """Make the tree of `suite` unless it is there, and return it; a second caller waits for the first.

    Raises RootError when debootstrap is missing or fails, or when no Debian mirror is known. Needs root.
    """
    root = root_of(suite)
    if root.is_dir():
        return root
    debootstrap = shutil.which("debootstrap", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if debootstrap is None:
        raise RootError("debootstrap is missing; type: apt-get install debootstrap")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{suite}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.is_dir():
            _make(suite, root, debootstrap)
    return root


def _make(suite: str, root: Path, debootstrap: str) -> None:
    mirror = debian_mirror()
    include = ",".join(COMMON_PACKAGES + PACKAGES[suite])
    log = CACHE / f"{suite}.log"
    # a hard-killed run leaves its half-made tree behind; the lock says nobody else is making one
    for half_made in CACHE.glob(f"{suite}.new-*"):
        shutil.rmtree(half_made)
    new = Path(tempfile.mkdtemp(prefix=f"{suite}.new-", dir=CACHE))
    new.chmod(0o755)
    # a mount namespace of its own: what debootstrap mounts cannot outlive it
    command = ["unshare", "--mount", "--propagation", "private", debootstrap]
    command += ["--variant=minbase", f"--include={include}", suite, str(new), mirror]
    with log.open("wb") as output:
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
    if ended.returncode:
        shutil.rmtree(new)
        last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no output"]
        raise RootError(f"debootstrap {suite} failed: {last[0]} (all of it in {log})")
    for packed in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"):
        shutil.rmtree(new / packed, ignore_errors=True)
    new.rename(root)


def debian_mirror() -> str:
    """The Debian mirror this machine's apt uses for its own release; WHARF_TEST_MIRROR overrides it.

    Raises RootError when there is none, as on a machine that is not Debian.
    """
    if mirror := os.environ.get("WHARF_TEST_MIRROR"):
        return mirror
    system = dict(line.partition("=")[::2] for line in Path("/etc/os-release").read_text().splitlines())
    releases = {system.get("VERSION_CODENAME", ""), "stable", "testing", "unstable", "sid"}
    # `indextargets` reads both ways of writing sources, and includes what comes from other files
    listed = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI) $(RELEASE) $(COMPONENT)",
            "Created-By: Packages",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in listed.stdout.splitlines():
        uri, release, component = line.split()
        usable = component == "main" and release in releases and uri.startswith(("http", "file:"))
        if usable and system.get("ID") == "debian":
            return uri
    raise RootError("apt knows no Debian mirror here; type: export WHARF_TEST_MIRROR=URL-of-a-Debian-mirror")


def busybox(root: Path) -> bytes:
    """A tar file of a root file system with the busybox of a tree in it, and nothing else."""
    program = root / "bin/busybox"
    listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(program, "bin/busybox")
        for folder in ("tmp", "etc", "root", "var"):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(entry)
        for applet in listed.stdout.split():
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            if applet != "busybox":
                tar.addfile(link)
    return packed.getvalue()


if __name__ == "__main__":
    try:
        print(ensure_root(sys.argv[1]))  # noqa: T201
    except RootError as error:
        sys.exit(str(error))
