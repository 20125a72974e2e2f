"""The demo's images and containers as tars, and images made of tars (save, load, export, import, commit)."""

from __future__ import annotations

import hashlib
import io
import json
import shlex
import tarfile
from collections.abc import Iterable, Mapping

from tui.demo import shop_images
from tui.demo.files import FOLDERS, OWN, RELEASES, family, files_of, shell_less
from tui.demo.formats import HEX_ID, repository, rfc3339, seconds
from tui.demo.models import JSON, Container, Image, Layer, Refusal
from tui.demo.pulls import bar, line
from tui.demo.software import Content, Gone, Hole, layer_files
from tui.demo.world import World

BLOBS = "blobs/sha256/"
FOLDER_MODE, FILE_MODE = 0o755, 0o644

BARE: JSON = {**shop_images.EMPTY_CONFIG, "Env": None}
"""The configuration of an image that nobody gave any: only a build sets a PATH by itself."""
LISTS = {"CMD": "Cmd", "ENTRYPOINT": "Entrypoint", "ONBUILD": "OnBuild"}
WORDS = {"USER": "User", "WORKDIR": "WorkingDir", "STOPSIGNAL": "StopSignal"}
SETS = {"EXPOSE": "ExposedPorts", "VOLUME": "Volumes"}
"""Instructions by what they change: Config's lists, words and sets."""


def packed(files: Mapping[str, Content], at: float) -> bytes:
    """A tar of files by path; None is a folder. `at` is when all of it was changed, in epoch seconds."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, content in files.items():
            entry = tarfile.TarInfo(path.strip("/"))
            entry.mtime = int(at)
            entry.mode = FILE_MODE if content is not None else FOLDER_MODE
            entry.type = tarfile.REGTYPE if content is not None else tarfile.DIRTYPE
            if isinstance(content, Hole):
                # as GNU tar writes a file that has a size and no data: only a map says so
                told = {"major": "1", "minor": "0", "name": entry.name, "realsize": str(content.size)}
                entry.pax_headers = {f"GNU.sparse.{key}": value for key, value in told.items()}
                content = f"1\n{content.size}\n0\n".encode().ljust(tarfile.BLOCKSIZE, b"\0")
            elif isinstance(content, Gone):
                folder, _, name = entry.name.rpartition("/")
                entry.name, content = f"{folder}/.wh.{name}".lstrip("/"), b""
            entry.size = len(content or b"")
            tar.addfile(entry, io.BytesIO(content or b""))
    return made.getvalue()


# Save and load


def saved(chosen: Iterable[tuple[Image, list[str]]]) -> bytes:
    """Images with the tags they are to have, as GET /images/get answers them. Layers hold a few files."""
    files: dict[str, Content] = {"blobs": None, "blobs/sha256": None}
    manifest = []
    newest = 0.0
    for image, tags in chosen:
        newest = max(newest, image.created)
        layers = [BLOBS + layer.digest.removeprefix("sha256:") for layer in image.layers]
        for number, path in enumerate(layers):
            files[path] = packed(_layer_files(image, number), image.created)
        config = BLOBS + image.id.removeprefix("sha256:")
        files[config] = json.dumps(_described(image)).encode()
        manifest.append({"Config": config, "RepoTags": tags or None, "Layers": layers})
    files["manifest.json"] = json.dumps(manifest).encode() + b"\n"
    files["oci-layout"] = b'{"imageLayoutVersion": "1.0.0"}'
    return packed(files, newest)


def _described(image: Image) -> JSON:
    """The image's configuration, as its archive has it."""
    steps = [{"created_by": layer.made_by, "comment": image.comment} for layer in image.layers]
    return {
        "architecture": "amd64",
        "os": "linux",
        "author": image.author,
        "created": rfc3339(image.created),
        "config": image.config,
        "history": [*steps, *({"created_by": step, "empty_layer": True} for step in image.steps)],
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in image.layers]},
    }


def _layer_files(image: Image, number: int) -> dict[str, Content]:
    """What a layer adds: the first one the system, the last one what the image is for."""
    name = image.references[0] if image.references else ""
    files = layer_files(image, number)
    if number == 0 and not shell_less(name):
        files |= {folder[1:]: None for folder in FOLDERS}
        files["etc/os-release"] = RELEASES[family(name)].encode()
    if number == len(image.layers) - 1:
        own = OWN.get(repository(name), {}) if name else {}
        files |= {path[1:]: text.encode() for path, text in own.items()}
    return files or {f"var/lib/steps/{number}": image.layers[number].made_by.encode()}


def loaded(world: World, body: bytes, *, quiet: bool) -> list[bytes]:
    """The lines of POST /images/load; the images are there when they are told. Failures are lines too.

    When it is `quiet` nothing is told of the layers.
    """
    try:
        files = _unpacked(body)
        manifest = json.loads(files["manifest.json"])
        found = [(_image(world, each, files), each.get("RepoTags") or []) for each in manifest]
    except tarfile.ReadError as error:
        return [
            _failed("unexpected EOF" if "end of data" in str(error) else "archive/tar: invalid tar header")
        ]
    except KeyError as error:
        missing = "repositories" if error.args == ("manifest.json",) else error.args[0]
        return [_failed(f"open /var/lib/docker/tmp/docker-import-1/{missing}: no such file or directory")]
    except (ValueError, TypeError, AttributeError):
        return [_failed("unexpected EOF")]
    return [told for image, tags in found for told in _arrived(world, image, tags, quiet=quiet)]


def _unpacked(body: bytes) -> dict[str, bytes]:
    """The files of a tar by path. Raises tarfile.ReadError."""
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:*") as tar:
        members = [member for member in tar if member.isreg() and not member.issparse()]
        return {member.name: opened.read() for member in members if (opened := tar.extractfile(member))}


def _size(body: bytes) -> int:
    """The bytes of the files of a tar, holes too. Raises tarfile.ReadError."""
    with tarfile.open(fileobj=io.BytesIO(body), mode="r:*") as tar:
        return sum(member.size for member in tar)


def _image(world: World, entry: JSON, files: Mapping[str, bytes]) -> Image:
    """An image of an archive. Raises KeyError for a missing file, ValueError for a broken one."""
    path = str(entry["Config"])
    described = json.loads(files[path])
    digits = path.rpartition("/")[2].removesuffix(".json")
    if not HEX_ID.match(digits):
        digits = hashlib.sha256(files[path]).hexdigest()
    sizes = _known_sizes(world)
    history = described.get("history") or []
    steps = [str(each.get("created_by") or "") for each in history if not each.get("empty_layer")]
    layers = []
    for number, digest in enumerate(described["rootfs"]["diff_ids"]):
        own = _size(files[entry["Layers"][number]])
        layers.append(Layer(digest, sizes.get(digest, own), steps[number] if number < len(steps) else ""))
    return Image(
        id=f"sha256:{digits}",
        created=seconds(str(described["created"])),
        config={**BARE, **(described.get("config") or {})},
        layers=layers,
        steps=[str(each.get("created_by") or "") for each in history if each.get("empty_layer")],
        author=str(described.get("author") or ""),
        comment=next((str(each.get("comment") or "") for each in history), ""),
    )


def _known_sizes(world: World) -> dict[str, int]:
    """How large layers are: those of the demo's archives hold next to nothing."""
    shop = World(world.seed, lambda: world.born)
    shop_images.build(shop)
    known = (*shop.images.values(), *world.images.values())
    return {layer.digest: layer.size for image in known for layer in image.layers}


def _arrived(world: World, image: Image, tags: list[str], *, quiet: bool) -> list[bytes]:
    """Put an image into the world, and tell of it."""
    held = {layer.digest for one in world.images.values() for layer in one.layers}
    told = []
    for layer in image.layers if image.id not in world.images and not quiet else ():
        if layer.digest not in held:
            size = layer.size or 1
            for done in ((size + 1) // 2, size):
                detail = {"current": done, "total": size}
                status = {"status": "Loading layer", "progressDetail": detail, "progress": bar(done, size)}
                told.append(line({**status, "id": layer.digest.removeprefix("sha256:")[:12]}))
    there = world.images.setdefault(image.id, image)
    for tag in tags:
        if (old := named(world, there, tag)) is not None:
            words = f"The image {tag} already exists, renaming the old one with ID {old.id} to empty string\n"
            told.append(line({"stream": words}))
        told.append(line({"stream": f"Loaded image: {tag}\n"}))
    if not tags:
        told.append(line({"stream": f"Loaded image ID: {there.id}\n"}))
    world.forget_rows()
    world.emit("image", "load", there.id, {**there.labels, "name": there.id})
    return told


def named(world: World, image: Image, tag: str) -> Image | None:
    """Have a tag lead to an image; the other one that loses it, if there is one."""
    loser = next((one for one in world.images.values() if tag in one.tags and one is not image), None)
    if loser is not None:
        loser.tags.remove(tag)
    if tag not in image.tags:
        image.tags.append(tag)
        image.tagged = world.now()
    return loser


def _failed(words: str) -> bytes:
    return line({"errorDetail": {"message": words}, "error": words})


# Export, import, commit


def exported(container: Container) -> bytes:
    """All files of a container, as GET /containers/{id}/export answers them."""
    files = files_of(container)
    paths = [path for path in files.within("/") if path != "/"]
    return packed(
        {path: None if files.is_folder(path) else files.read(path) for path in paths}, container.created
    )


def imported(world: World, body: bytes, message: str, changes: list[str]) -> Image:
    """An image of one layer made of a tar of files. Refusal when it is none."""
    config = changed(BARE, changes)
    try:
        size = _size(body)
    except tarfile.ReadError:
        raise Refusal(500, "archive/tar: invalid tar header") from None
    layer = Layer(f"sha256:{hashlib.sha256(body).hexdigest()}", size, "")
    return _made(world, config, [layer], comment=message or "Imported from -")


def committed(world: World, container: Container, message: str, author: str, changes: list[str]) -> Image:
    """An image of a container as it is now."""
    base = world.images[container.image_id]
    config = changed({**base.config, **container.config, "Hostname": ""}, changes)
    command = " ".join([*(container.config["Entrypoint"] or ()), *(container.config["Cmd"] or ())])
    layer = Layer(f"sha256:{world.fresh_id('layer')}", container.size_rw, command)
    made = _made(world, config, [*base.layers, layer], comment=message)
    made.author, made.parent = author, base.id
    return made


def _made(world: World, config: JSON, layers: list[Layer], *, comment: str) -> Image:
    image = Image(f"sha256:{world.fresh_id('image')}", world.now(), config, layers, comment=comment)
    world.images[image.id] = image
    return image


def changed(config: JSON, changes: list[str]) -> JSON:
    """A Config after some instructions of a Dockerfile. Refusal 400 for one that cannot be applied so."""
    found = json.loads(json.dumps(config))
    for change in changes:
        word, _, rest = change.strip().partition(" ")
        word, rest = word.upper(), rest.strip()
        if word in LISTS:
            found[LISTS[word]] = json.loads(rest) if rest.startswith("[") else ["/bin/sh", "-c", rest]
        elif word in WORDS:
            found[WORDS[word]] = rest
        elif word in SETS:
            found[SETS[word]] = {**(found.get(SETS[word]) or {}), **{key: {} for key in _ports(word, rest)}}
        elif word == "ENV":
            name = rest.partition("=")[0]
            kept = [each for each in found["Env"] or () if each.partition("=")[0] != name]
            found["Env"] = [*kept, rest]
        elif word == "LABEL":
            pairs = (each.partition("=") for each in shlex.split(rest))
            found["Labels"] = {**(found["Labels"] or {}), **{key: value for key, _, value in pairs}}
        elif word != "HEALTHCHECK":
            raise Refusal(400, f"{word} is not a valid change command")
    return dict(found)


def _ports(word: str, text: str) -> list[str]:
    return [each if word == "VOLUME" or "/" in each else f"{each}/tcp" for each in text.split()]
