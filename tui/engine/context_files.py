"""Files that are put in place whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """Put a file in place at once; its mode and owner stay, `mode` is for one that was not there.

    Raises OSError, and leaves what was there.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            was = path.stat()
            mode = was.st_mode & 0o7777
            with suppress(OSError):  # only root may give a file away
                os.chown(made, was.st_uid, was.st_gid)
        made.chmod(mode)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)


def change_config(path: Path, change: Callable[[dict[str, Any]], bool]) -> None:
    """Change the docker CLI's config.json and leave all else in it, and its order, alone.

    `change` alters what it is given and says whether it did. Raises OSError, or ValueError when the file is
    no JSON object: it is left as it was then.
    """
    # the file may be a link into a folder of dotfiles
    path = path.resolve()
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        text = ""
    config = json.loads(text) if text.strip() else {}
    if not isinstance(config, dict):
        raise ValueError("it is no JSON object")
    if not change(config):
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    ending = text[len(text.rstrip()) :]
    new = json.dumps(config, indent="\t", ensure_ascii=False) + ending
    # half a surrogate pair becomes the escape that it was in the file
    replace_file(path, new.encode("utf-8", "backslashreplace"), 0o600)


@contextmanager
def put_folder(target: Path, files: Mapping[str, bytes], workshop: Path) -> Iterator[None]:
    """Have a private folder hold exactly these files, or not be there when there are none.

    When the block fails, the folder is again what it was. It is prepared in `workshop`, on the same file
    system. Raises OSError.
    """
    if not files and not target.exists():
        yield
        return
    workshop.mkdir(mode=0o700, parents=True, exist_ok=True)
    bench = Path(tempfile.mkdtemp(prefix=".new-", dir=workshop))
    before, after = bench / "before", bench / "after"
    done = False
    try:
        after.mkdir(mode=0o700)
        for name, content in files.items():
            replace_file(after / name, content, 0o600)
        if target.exists():
            target.rename(before)
        if files:
            target.parent.mkdir(mode=0o700, exist_ok=True)
            after.rename(target)
        yield
        done = True
    finally:
        if not done:
            if not after.exists():
                shutil.rmtree(target)
            if before.exists():
                before.rename(target)
        shutil.rmtree(bench, ignore_errors=True)
        with suppress(OSError):  # it goes when nothing is left in it
            target.parent.rmdir()
