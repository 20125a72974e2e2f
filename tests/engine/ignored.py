"""A tree, patterns, and what of the tree is sent: for Wharf's own reading, and for the docker CLI's."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import NamedTuple

from tui.engine.build_context import packed

TREE = (
    *("a.txt", "b.log", ".env", "README.md", "back\\slash", "br[a]cket"),
    *("src/main.py", "src/main.pyc", "src/deep/er/keep.txt", "src/deep/er/drop.txt", "src/.hidden"),
    *("node_modules/x/index.js", "pkg/node_modules/y/index.js", "pkg/node_modules/y/keep", "pkg/app.js"),
    *("docs/a.md", "docs/b.md", "docs/sub/c.md"),
)
ALWAYS = ("Dockerfile", ".dockerignore")


class Case(NamedTuple):
    """Patterns, and the files that are sent in spite of them."""

    name: str
    ignore: str
    sent: tuple[str, ...]


def _without(*gone: str) -> tuple[str, ...]:
    return (*ALWAYS, *(path for path in TREE if not path.startswith(gone)))


CASES = (
    Case("nothing", "", _without("/")),
    Case("comment", "# a.txt\n\n", _without("/")),
    Case("file", "a.txt\n", _without("a.txt")),
    Case("rooted", "/a.txt\n", _without("a.txt")),
    Case("only at the top", "*.md\n", _without("README.md")),
    Case("everywhere", "**/*.md\n", _without("README.md", "docs/")),
    Case("folder", "docs/\n", _without("docs/")),
    Case("folder anywhere", "**/node_modules\n", _without("node_modules", "pkg/node_modules")),
    Case("dot", ".\n", _without("/")),
    Case("spaces", "  a.txt  \n", _without("a.txt")),
    Case("cleaned", "src/../a.txt\n", _without("a.txt")),
    Case("question mark", "?.txt\n", _without("a.txt")),
    Case("class", "[ab].*\n", _without("a.txt", "b.log")),
    Case("class of others", "[^a].*\n", _without("b.log")),
    Case("escape", "br\\[a\\]cket\n", _without("br[a]cket")),
    Case("all but", "*\n!src\n", (*ALWAYS, *(path for path in TREE if path.startswith("src/")))),
    Case("all but one below", "*\n!src/main.py\n", (*ALWAYS, "src/main.py")),
    Case("all but some below", "*\n!src/*.py\n", (*ALWAYS, "src/main.py")),
    Case("exception first", "!src\nsrc\n", _without("src/")),
    Case(
        "exception within a folder anywhere",
        "**/node_modules\n!pkg/node_modules/y/keep\n",
        (*_without("node_modules", "pkg/node_modules"), "pkg/node_modules/y/keep"),
    ),
    Case("two stars below", "src/**/er\n", _without("src/deep/er")),
    Case("two stars at the end", "src/**\n", _without("src/")),
    Case("all", "**\n", ALWAYS),
    Case("its own files", "Dockerfile\n.dockerignore\n", _without("/")),
    Case("an exception for a folder anywhere", "src\n!**/keep.txt\n", _without("src/")),
)


def fill(folder: Path, case: Case) -> None:
    """Make the tree."""
    for path in TREE:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(path)
    (folder / "Dockerfile").write_text("FROM scratch\nCOPY . /\n")
    (folder / ".dockerignore").write_text(case.ignore)


def files_of(tar: bytes) -> set[str]:
    """The files in a tar."""
    with tarfile.open(fileobj=io.BytesIO(tar)) as found:
        return {member.name for member in found if not member.isdir()}


def made(folder: Path, case: Case) -> set[str]:
    """The files that Wharf sends."""
    fill(folder, case)
    return files_of(b"".join(packed(folder, "Dockerfile")))
