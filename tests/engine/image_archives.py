"""Images as `docker save` writes them, in both layouts, for tests."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterator, Sequence

Put = Callable[[tarfile.TarFile], None]


def _put(path: str, content: bytes = b"", **more: object) -> Put:
    def put(tar: tarfile.TarFile) -> None:
        entry = tarfile.TarInfo(path)
        entry.size, entry.mode = len(content), 0o644
        for name, value in more.items():
            setattr(entry, name, value)
        tar.addfile(entry, io.BytesIO(content))

    return put


def file(path: str, content: bytes | int = b"", mode: int = 0o644) -> Put:
    """A file; a number stands for so many bytes."""
    return _put(path, content if isinstance(content, bytes) else b"x" * content, mode=mode)


def folder(path: str, mode: int = 0o755) -> Put:
    return _put(path, type=tarfile.DIRTYPE, mode=mode)


def link(path: str, to: str, *, hard: bool = False) -> Put:
    return _put(path, type=tarfile.LNKTYPE if hard else tarfile.SYMTYPE, linkname=to)


def gone(path: str) -> Put:
    """A whiteout: the path is removed by this layer."""
    above, _, name = path.rpartition("/")
    return _put(f"{above}/.wh.{name}".lstrip("/"))


def emptied(path: str) -> Put:
    """An opaque folder: nothing of what was in it stays."""
    return _put(f"{path}/.wh..wh..opq")


def tar(*puts: Put, form: int = tarfile.PAX_FORMAT) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=form) as archive:
        for put in puts:
            put(archive)
    return made.getvalue()


def saved(
    layers: Sequence[bytes], *, old: bool = False, packed: bool = False, lines: Sequence[str] = ()
) -> bytes:
    """An image of these layers; `old` as Engines before 25 wrote it, `packed` with layers by gzip."""
    ids = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    history: list[dict[str, object]] = [
        {"created_by": line or f"RUN {number}"}
        for number, line in enumerate(lines or [f"RUN step {n}" for n in range(len(layers))])
    ]
    config = json.dumps(
        {
            "rootfs": {"type": "layers", "diff_ids": ids},
            "history": [*history, {"created_by": 'CMD ["sh"]', "empty_layer": True}],
        }
    ).encode()
    digest = hashlib.sha256(config).hexdigest()
    blobs = [gzip.compress(layer) if packed else layer for layer in layers]
    puts: list[Put] = []
    paths: list[str] = []
    seen: dict[bytes, str] = {}
    for number, blob in enumerate(blobs):
        sha = hashlib.sha256(blob).hexdigest()
        path = f"{number}{sha[1:]}/layer.tar" if old else f"blobs/sha256/{sha}"
        if old:
            puts += [file(f"{number}{sha[1:]}/VERSION", b"1.0"), file(f"{number}{sha[1:]}/json", b"{}")]
        if blob in seen:
            puts += [link(path, f"../{seen[blob]}")] if old else []
        else:
            puts.append(file(path, blob))
        seen.setdefault(blob, path)
        paths.append(path)
    named = f"{digest}.json" if old else f"blobs/sha256/{digest}"
    manifest = json.dumps([{"Config": named, "RepoTags": ["a:1"], "Layers": paths}]).encode()
    puts += [file(named, config), file("manifest.json", manifest)]
    puts += [] if old else [file("oci-layout", b'{"imageLayoutVersion": "1.0.0"}')]
    return tar(*puts)


def pieces(data: bytes, size: int = 1000) -> Iterator[bytes]:
    """As it comes in over a line."""
    for at in range(0, len(data), size):
        yield data[at : at + size]
