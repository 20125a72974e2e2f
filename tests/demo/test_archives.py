"""Save, load, export, import and commit on the demo Engine."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import docker
import pytest
from docker.errors import APIError, NotFound

from tests.demo.talking import told
from tui.demo import DemoEngine

APP, REDIS = "shop/app:2.3.1", "redis:7-alpine"


def get(api: docker.APIClient, *names: str) -> bytes:
    answer = api._get(api._url("/images/get"), params={"names": names})
    api._raise_for_status(answer)
    return bytes(answer.content)


def load(api: docker.APIClient, body: bytes) -> list[dict[str, Any]]:
    return list(api.load_image(body))


def opened(body: bytes) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(body))


def text_in(tar: tarfile.TarFile, name: str) -> bytes:
    found = tar.extractfile(name)
    assert found is not None
    return found.read()


def tar_of(**files: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def test_a_save_lists_its_images_their_configuration_and_their_layers(api: docker.APIClient) -> None:
    body = get(api, APP, REDIS)
    assert body.endswith(bytes(1024))
    with opened(body) as tar:
        manifest = json.loads(text_in(tar, "manifest.json"))
        assert [each["RepoTags"] for each in manifest] == [[APP], [REDIS]]
        seen = api.inspect_image(REDIS)
        assert manifest[1]["Config"] == f"blobs/sha256/{seen['Id'].removeprefix('sha256:')}"
        described = json.loads(text_in(tar, manifest[1]["Config"]))
        assert described["config"]["Cmd"] == ["redis-server"]
        assert described["rootfs"]["diff_ids"] == seen["RootFS"]["Layers"]
        first, last = (opened(text_in(tar, layer)) for layer in manifest[1]["Layers"])
        assert b"Alpine" in text_in(first, "etc/os-release")
        assert text_in(last, "data/dump.rdb")


def test_by_its_id_an_image_is_saved_without_a_name(api: docker.APIClient) -> None:
    with opened(get(api, api.inspect_image(REDIS)["Id"])) as tar:
        assert json.loads(text_in(tar, "manifest.json"))[0]["RepoTags"] is None


def test_what_is_not_there_cannot_be_saved(api: docker.APIClient) -> None:
    with pytest.raises(NotFound, match="reference does not exist"):
        get(api, APP, "nope:1")


def test_what_was_saved_can_be_loaded_after_it_was_removed(api: docker.APIClient, engine: DemoEngine) -> None:
    before = api.inspect_image("node:22-alpine")
    body = get(api, "node:22-alpine")
    api.remove_image("node:22-alpine", force=True)
    lines = load(api, body)
    assert lines[-1] == {"stream": "Loaded image: node:22-alpine\n"}
    assert {line["status"] for line in lines[:-1]} == {"Loading layer"}
    after = api.inspect_image("node:22-alpine")
    for key in ("Id", "Config", "RootFS", "Size", "Created"):
        assert after[key] == before[key]


def test_loading_takes_a_tag_from_another_image_and_says_so(api: docker.APIClient) -> None:
    body, old = get(api, REDIS), api.inspect_image(REDIS)["Id"]
    api.remove_image(REDIS, force=True, noprune=True)
    api.tag(APP, "redis", "7-alpine")
    other = api.inspect_image(APP)["Id"]
    lines = load(api, body)
    moved = f"The image {REDIS} already exists, renaming the old one with ID {other} to empty string\n"
    assert [line["stream"] for line in lines if "stream" in line] == [moved, f"Loaded image: {REDIS}\n"]
    assert api.inspect_image(REDIS)["Id"] == old
    assert REDIS not in api.inspect_image(other)["RepoTags"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"x" * 5000, "archive/tar: invalid tar header"),
        (tar_of(a=b"1"), "repositories: no such file or directory"),
        (tar_of(**{"manifest.json": b"{"}), "unexpected EOF"),
        (tar_of(**{"manifest.json": b'[{"Config":"x.json","Layers":[]}]'}), "x.json: no such file"),
    ],
)
def test_a_bad_load_fails_inside_the_stream(api: docker.APIClient, body: bytes, words: str) -> None:
    (line,) = load(api, body)
    assert words in line["error"]
    assert line["errorDetail"]["message"] == line["error"]


def test_an_export_holds_the_files_of_the_container(api: docker.APIClient) -> None:
    body = b"".join(api.export("shop-proxy-1"))
    with opened(body) as tar:
        assert b"proxy_pass" in text_in(tar, "etc/nginx/conf.d/default.conf")
        assert tar.getmember("etc/nginx").isdir()


def test_an_import_makes_an_image_of_one_layer_with_its_changes(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    changes = ['CMD ["sh", "-l"]', "ENV A=1", "EXPOSE 80", "LABEL x=y", "WORKDIR /srv"]
    answer = api.import_image_from_data(tar_of(f=b"12345"), "made", "1", changes=changes)
    seen = api.inspect_image("made:1")
    assert json.loads(answer)["status"] == seen["Id"]
    assert (seen["Size"], len(seen["RootFS"]["Layers"])) == (5, 1)
    config = seen["Config"]
    assert (config["Cmd"], config["WorkingDir"], config["Labels"]) == (["sh", "-l"], "/srv", {"x": "y"})
    assert "A=1" in config["Env"]
    assert config["ExposedPorts"] == {"80/tcp": {}}


def test_an_import_that_is_no_tar_or_is_changed_wrongly_is_refused(api: docker.APIClient) -> None:
    with pytest.raises(APIError, match="invalid tar header"):
        api.import_image_from_data(b"x" * 5000, "made", "1")
    with pytest.raises(APIError, match="FROM is not a valid change command"):
        api.import_image_from_data(tar_of(f=b"1"), "made", "1", changes=["FROM x"])
    with pytest.raises(APIError, match=r"\(library/Made\) must be lowercase"):
        api.import_image_from_data(tar_of(f=b"1"), "Made", "1")


def test_a_commit_is_an_image_that_containers_can_be_made_of(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    with told(engine) as seen:
        made = api.commit("shop-app-1", "shop/app", "hot", message="a fix", author="Ada", changes=["ENV B=2"])
    assert seen == ["pause", "commit", "unpause"]
    image = api.inspect_image("shop/app:hot")
    assert image["Id"] == made["Id"]
    assert (image["Author"], image["Comment"]) == ("Ada", "a fix")
    assert image["Parent"] == api.inspect_container("shop-app-1")["Image"]
    assert "B=2" in image["Config"]["Env"]
    assert api.create_container("shop/app:hot")["Id"]


def test_a_commit_takes_its_tag_from_another_image(api: docker.APIClient) -> None:
    old = api.inspect_image(REDIS)["Id"]
    api.commit("shop-app-1", "redis", "7-alpine")
    assert api.inspect_image(REDIS)["Id"] != old
    assert REDIS not in api.inspect_image(old)["RepoTags"]
