"""Stories of images that are made, carried to files and registries, and brought back."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

from tests.live.conformance.steps import IMAGE, NO_ID, NOBODY, delete, ended, get, made, post, started
from tests.live.conformance.telling import Step, Story

TAR = {"Content-Type": "application/x-tar"}
NO_LOGIN = {"X-Registry-Auth": "e30="}
WORDS = ("stream",)
"""What a build or a load says, word for word but for ids."""


def tar_of(files: Mapping[str, bytes]) -> bytes:
    """A tar."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def archive(*tags: str) -> bytes:
    """An image as `docker save` writes it, in the old way, of one layer with one file."""
    layer = tar_of({"greeting": b"hello"})
    config: dict[str, Any] = {
        "architecture": "amd64",
        "os": "linux",
        "created": "2026-02-03T04:05:06.123456789Z",
        "config": {"Cmd": ["sh"]},
        "history": [{"created": "2026-02-03T04:05:06.123456789Z", "created_by": "a test"}],
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    packed = json.dumps(config).encode()
    path = f"{hashlib.sha256(packed).hexdigest()}.json"
    manifest = [{"Config": path, "RepoTags": list(tags) or None, "Layers": ["layer.tar"]}]
    return tar_of({path: packed, "layer.tar": layer, "manifest.json": json.dumps(manifest).encode()})


def tarred(path: str, query: dict[str, Any], body: bytes, **more: Any) -> Step:
    """A request whose body is a tar."""
    return post(path, query, body, headers=TAR, **more)


def built(*lines: str, same: tuple[str, ...] = WORDS, **query: str) -> Step:
    """A build of such a Dockerfile beside one file."""
    text = "".join(f"{line}\n" for line in lines).encode()
    return tarred("/build", query, tar_of({"Dockerfile": text, "file": b"hello"}), same=same)


def pushed(repository: str, **query: str) -> Step:
    """A push by nobody."""
    return post(f"/images/{repository}/push", query, headers=NO_LOGIN)


SAVED = Story(
    "images saved and loaded",
    (
        post(f"/images/{IMAGE}/tag", {"repo": "mine/box", "tag": "1"}),
        get("/images/get", {"names": "mine/box:1"}),
        get(f"/images/{IMAGE}/get"),
        get("/images/get", {"names": NOBODY}),
        get(f"/images/{NOBODY}/get"),
        get("/images/get", {"names": NO_ID}),
        tarred("/images/load", {"quiet": "0"}, archive("app:1"), same=WORDS),
        tarred("/images/load", {"quiet": "0"}, archive("app:1"), same=WORDS),
        tarred("/images/load", {"quiet": "0"}, archive("app:2"), same=WORDS),
        tarred("/images/load", {"quiet": "1"}, archive("mine/box:1"), same=WORDS),
        get("/images/json", same=("RepoTags",)),
        get("/images/app:1/json", same=("RepoTags", "Id", "Created", "RootFS.Layers", "Config.Cmd")),
        get("/images/app:1/history", same=("CreatedBy", "Created", "Tags", "Size")),
        tarred("/images/load", {"quiet": "0"}, tar_of({"file": b"x"}), same=("error",)),
        tarred("/images/load", {"quiet": "0"}, b"x" * 2048, same=("error",)),
        tarred("/images/load", {"quiet": "0"}, archive("app:3")[:700], same=("error",)),
    ),
)

IMPORTED = Story(
    "containers exported and imported",
    (
        *ended("web", "sh", "-c", "echo hello > /greeting"),
        get("/containers/web/export"),
        get(f"/containers/{NOBODY}/export"),
        tarred(
            "/images/create",
            {"fromSrc": "-", "repo": "made", "tag": "1", "message": "why", "changes": "ENV A=1"},
            tar_of({"greeting": b"hello"}),
        ),
        get("/images/made:1/json", same=("RepoTags", "Comment", "Config.Env", "Author", "Parent", "Size")),
        get("/images/made:1/history", same=("Comment", "Tags", "CreatedBy", "Size")),
        tarred("/images/create", {"fromSrc": "-", "repo": "made"}, tar_of({"greeting": b"bye"})),
        tarred("/images/create", {"fromSrc": "-"}, tar_of({"greeting": b"nameless"})),
        tarred("/images/create", {"fromSrc": "-", "repo": "Made"}, tar_of({"greeting": b"hello"})),
        tarred("/images/create", {"fromSrc": "-", "repo": "made", "tag": "no tag"}, tar_of({"a": b"b"})),
        tarred("/images/create", {"fromSrc": "-", "changes": "RUN true"}, tar_of({"a": b"b"})),
        tarred("/images/create", {"fromSrc": "-"}, b"x" * 2048),
        get("/images/json", same=("RepoTags",)),
    ),
)

COMMITTED = Story(
    "containers committed",
    (
        *started("web", "sh", "-c", "echo hello > /greeting; sleep 1000", Labels={"tier": "front"}),
        post(
            "/commit",
            {
                "container": "web",
                "repo": "made",
                "tag": "1",
                "comment": "why",
                "author": "Ada",
                "pause": "1",
                "changes": "ENV A=1",
            },
            {},
        ),
        get("/images/made:1/json", same=("RepoTags", "Comment", "Author", "Config.Cmd", "Config.Labels")),
        get("/images/made:1/history", same=("Comment", "Tags", "CreatedBy")),
        get("/containers/web/json", same=("State.Status",)),
        post("/commit", {"container": "web", "pause": "0"}, {}),
        post("/commit", {"container": NOBODY}, {}),
        post("/commit", {"container": "web", "repo": "Made"}, {}),
        post("/commit", {"container": "web", "repo": "made", "tag": "no tag"}, {}),
        post("/commit", {"container": "web", "pause": "0", "changes": "RUN true"}, {}),
        made("again", "cat", "/greeting"),
        get("/images/json", same=("RepoTags",)),
        delete("/images/made:1"),
    ),
)

BUILT = Story(
    "images built",
    (
        built(
            f"FROM {IMAGE}",
            "ARG WHO=you",
            "ENV A=1",
            "LABEL tier=front",
            "COPY file /file",
            "RUN echo hello",
            'CMD ["cat", "/file"]',
            t="made:1",
        ),
        built(f"FROM {IMAGE}", "ARG WHO=you", "ENV A=1", t="made:2"),
        get("/images/made:1/json", same=("RepoTags", "Config.Cmd", "Config.Env", "Config.Labels")),
        get("/images/made:1/history", same=("Tags",)),
        get("/images/json", same=("RepoTags",)),
        built(f"FROM {IMAGE}", "RUN echo hello; exit 3", same=("stream", "error", "errorDetail")),
        built(f"FROM {IMAGE}", "COPY nothing /", same=("stream", "error")),
        built(f"FROM {IMAGE} AS one", "ENV A=1", "FROM scratch", "COPY file /", target="one"),
        built(f"FROM {IMAGE}", "CMD true", labels='{"who": "me"}', nocache="1", rm="1", forcerm="1"),
        built(f"FROM {IMAGE}", "GREETING bar"),
        built(f"FROM {IMAGE}", "COPY alone"),
        built("ENV A=1"),
        built(""),
        built(f"FROM {IMAGE}", target="nowhere"),
        built(f"FROM {IMAGE}", t="Made:1"),
        built(f"FROM {IMAGE}", dockerfile="other"),
    ),
)

CACHE = Story(
    "the build cache",
    (
        get("/system/df", {"type": "build-cache"}),
        post("/build/prune", same=("CachesDeleted", "SpaceReclaimed")),
        post("/build/prune", {"all": "1", "filters": {"id": ["nothing"]}}, same=("CachesDeleted",)),
        post("/build/prune", {"filters": {"id": ["one", "two"]}}),
        post("/build/prune", {"filters": {"colour": ["red"]}}),
    ),
)

PUSHED = Story(
    "images pushed",
    (
        tarred("/images/load", {"quiet": "1"}, archive("app:1")),
        post("/images/app:1/tag", {"repo": "{pushable}", "tag": "1"}),
        pushed("{pushable}", tag="1"),
        pushed("{pushable}", tag="1"),
        post("/images/{pushable}:1/tag", {"repo": "{pushable}", "tag": "2"}),
        pushed("{pushable}"),
        pushed("{pushable}", tag="no-such"),
        pushed(NOBODY, tag="1"),
        pushed("NotSmall", tag="1"),
        post("/images/{pushable}/push", {"tag": "1"}, headers={"X-Registry-Auth": "nonsense"}),
    ),
)

SEARCHED = Story(
    "images searched for",
    (
        get("/images/search", {"term": "busybox"}),
        get("/images/search", {"term": "busybox", "limit": "many"}),
        get("/images/search", {"term": "busybox", "limit": "1000"}),
        get("/images/search", {"term": "busybox", "filters": {"stars": ["many"]}}),
        get("/images/search", {"term": "busybox", "filters": {"is-official": ["perhaps"]}}),
        get("/images/search", {"term": "busybox", "filters": {"colour": ["red"]}}),
    ),
)

LOGGED_IN = Story(
    "logged in",
    (
        post("/auth", body={"username": "demo", "password": "right", "serveraddress": "{registry}"}),
        post("/auth", body={"username": "demo", "password": "wrong", "serveraddress": "127.0.0.1:9"}),
    ),
)

STORIES = (SAVED, IMPORTED, COMMITTED, BUILT, CACHE, PUSHED, SEARCHED, LOGGED_IN)
