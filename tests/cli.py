"""The real docker CLI, for tests that compare Wharf with it."""

from __future__ import annotations

import shutil
from functools import cache

from tests.live.roots import ensure_root


@cache
def docker_cli() -> tuple[str, ...]:
    """What runs the docker CLI: the machine's own, else that of the Debian tree the newer Engine comes from.

    The tree's program is begun by the tree's own loader, as the machine's C library may be an older one.
    Raises RootError where the tree is missing and cannot be made.
    """
    if own := shutil.which("docker"):
        return (own,)
    root = ensure_root("sid")
    loader = next((root / "usr").glob("lib*/ld-linux-*"))
    libraries = ":".join(str(folder) for folder in (root / "usr" / "lib").glob("*-linux-gnu*"))
    return (str(loader), "--library-path", libraries, str(root / "usr" / "bin" / "docker"))
