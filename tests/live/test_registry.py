"""Wharf's registry client on a real registry: plain, with passwords, with TLS, and when it dies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.engine import PrivateEngine
from tests.live.registry import (
    OCI_MANIFEST,
    PASSWORD,
    USER,
    RegistryGround,
    SharedGround,
    registry,
    shared_registry,
)
from tui.engine.connection import Connection
from tui.engine.credentials import Credentials, find, registry_headers, store
from tui.engine.endpoint import Endpoint, config_dir
from tui.engine.errors import EngineError
from tui.engine.registries import Place
from tui.engine.registry import Registry, RegistryError, Right, Scheme, Unanswered
from tui.engine.registry_login import log_in

REPOSITORY = "team/app"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryGround]:
    with registry(tmp_path_factory.mktemp("plain")) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryGround]:
    """One with passwords and TLS."""
    with registry(tmp_path_factory.mktemp("guarded"), auth=True, tls=True) as running:
        running.image(REPOSITORY, "1.0")
        yield running


def client(ground: RegistryGround, **more: object) -> Registry:
    credentials = Credentials(ground.user, ground.password) if ground.auth else None
    return Registry(ground.host, ca=ground.ca, **{"credentials": credentials, **more})  # type: ignore[arg-type]


def test_an_open_registry_is_browsed(plain: RegistryGround) -> None:
    digest = plain.image("browse/app", "1.0", layers=(b"a" * 1000, b"b" * 500))
    mine = client(plain)
    assert (mine.check().scheme, mine.check().welcome) == (Scheme.NONE, True)
    assert "browse/app" in mine.repositories().names
    assert mine.tags("browse/app").names == ("1.0",)
    tag = mine.detail("browse/app", "1.0")
    assert (tag.digest, tag.size, tag.platform) == (digest, 1500, "linux/amd64")
    assert [(layer.size, layer.line) for layer in tag.layers] == [(1000, "RUN make 0"), (500, "RUN make 1")]
    assert tag.settings.labels == (("tier", "front"),)
    assert mine.may("browse/app") == set(Right)
    assert mine.referrers("browse/app", digest) == ()


def test_more_repositories_than_fit_a_page_come_by_pages(plain: RegistryGround) -> None:
    names = {f"paged/r{number:03}" for number in range(120)}
    layer = (b"the same",)
    for name in names:
        plain.image(name, "1", layers=layer)
    mine = client(plain)
    first = mine.repositories()
    assert first.next
    found = list(first.names)
    page = first
    while page.next:
        page = mine.repositories(page.next)
        found += page.names
    assert names <= set(found)
    assert len(found) == len(set(found))


def test_an_index_tells_its_platforms_and_what_no_tag_names(plain: RegistryGround) -> None:
    images = {
        arch: plain.image("multi/app", "", arch=arch, layers=(arch.encode(),), media=OCI_MANIFEST)
        for arch in ("amd64", "arm64")
    }
    index = plain.index("multi/app", "1.0", images)
    mine = client(plain)
    tag = mine.detail("multi/app", "1.0", "linux/arm64")
    assert tag.digest == index
    assert {one.name: one.digest for one in tag.platforms} == {f"linux/{a}": d for a, d in images.items()}
    assert tag.platform == "linux/arm64"
    assert {one.digest for one in mine.untagged("multi/app")} == set(images.values())
    assert mine.digest("multi/app", "1.0") == index


def test_what_cosign_attached_is_seen(plain: RegistryGround) -> None:
    digest = plain.image("signed/app", "1.0")
    plain.image("signed/app", digest.replace(":", "-") + ".sig", layers=(b"signature",))
    (found,) = client(plain).referrers("signed/app", digest)
    assert found.kind == "signature"


def test_a_manifest_goes_with_all_its_tags(plain: RegistryGround) -> None:
    digest = plain.image("gone/app", "1.0")
    plain.image("gone/app", "latest")
    plain.image("gone/app", "2.0", layers=(b"another",))
    mine = client(plain)
    assert set(mine.same_digest("gone/app", digest)) == {"1.0", "latest"}
    mine.delete("gone/app", digest)
    assert mine.tags("gone/app").names == ("2.0",)
    with pytest.raises(RegistryError) as refused:
        mine.detail("gone/app", "1.0")
    assert refused.value.status == 404
    assert mine.digest("gone/app", "1.0") == ""


def test_a_registry_that_does_not_delete_says_so(tmp_path: Path) -> None:
    with registry(tmp_path / "kept", delete=False) as ground:
        digest = ground.image(REPOSITORY, "1.0")
        mine = client(ground)
        assert mine.may(REPOSITORY) == {Right.PULL, Right.PUSH}
        with pytest.raises(RegistryError, match="does not allow deleting") as refused:
            mine.delete(REPOSITORY, digest)
        assert refused.value.status == 405
        assert mine.tags(REPOSITORY).names == ("1.0",)


def test_who_logged_in_with_the_right_password_is_let_in(guarded: RegistryGround) -> None:
    mine = client(guarded)
    reach = mine.check()
    assert (reach.url, reach.scheme, reach.welcome) == (guarded.url, Scheme.BASIC, True)
    assert mine.tags(REPOSITORY).names == ("1.0",)
    assert mine.may(REPOSITORY) == set(Right)


@pytest.mark.parametrize("credentials", [None, Credentials(USER, "wrong")])
def test_nobody_else_is(guarded: RegistryGround, credentials: Credentials | None) -> None:
    stranger = client(guarded, credentials=credentials)
    reach = stranger.check()
    assert not reach.welcome
    assert "authentication required" in reach.words
    assert stranger.may(REPOSITORY) == set()
    with pytest.raises(RegistryError) as refused:
        stranger.tags(REPOSITORY)
    assert refused.value.status == 401


def test_credentials_and_certificates_are_found_where_docker_keeps_them(
    guarded: RegistryGround, home: Path
) -> None:
    store(guarded.host, Credentials(USER, PASSWORD))
    folder = config_dir() / "certs.d" / guarded.host
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_text(Path(guarded.ca).read_text())
    assert Registry.at(Place(guarded.host)).tags(REPOSITORY).names == ("1.0",)


def test_a_certificate_that_nobody_vouches_for_is_refused(guarded: RegistryGround) -> None:
    with pytest.raises(Unanswered, match=r"certificate of 127\.0\.0\.1:.* is not trusted") as failed:
        Registry(guarded.host, credentials=Credentials(USER, PASSWORD)).tags(REPOSITORY)
    assert "authority" in failed.value.advice


def test_plain_http_to_a_registry_with_tls_is_an_error(guarded: RegistryGround) -> None:
    with pytest.raises(EngineError):
        Registry(guarded.host, plain=True).tags(REPOSITORY)


def test_a_registry_that_dies_and_comes_back(tmp_path: Path) -> None:
    with registry(tmp_path / "mortal") as ground:
        ground.image(REPOSITORY, "1.0")
        mine = client(ground)
        assert mine.tags(REPOSITORY).names == ("1.0",)
        ground.kill()
        with pytest.raises(Unanswered, match="cannot be reached"):
            mine.tags(REPOSITORY)
        ground.start()
        assert mine.tags(REPOSITORY).names == ("1.0",)


# Logging in, through a real Engine


@pytest.fixture
def harbour(near: PrivateEngine, home: Path) -> Iterator[SharedGround]:
    """A registry with passwords that the Engine and Wharf reach at the same address."""
    with shared_registry(near, auth=True) as running:
        yield running


@pytest.fixture
def connection(near: PrivateEngine) -> Iterator[Connection]:
    made = Connection(Endpoint(near.url, "", "test"))
    made.open()
    yield made
    made.close()


def test_a_right_password_is_kept_and_the_engine_pushes_with_it(
    harbour: SharedGround, connection: Connection, near: PrivateEngine
) -> None:
    words = log_in(connection, Place(harbour.host), Credentials(USER, PASSWORD))
    assert words == f"kept by {config_dir()}/config.json."
    reference = f"{harbour.host}/team/busybox"
    connection.api.tag("busybox:latest", reference, "1")
    path, tag = f"/images/{reference}/push", {"tag": "1"}
    nobody = {"X-Registry-Auth": "e30="}
    assert "errorDetail" in connection.ask("POST", path, params=tag, headers=nobody, seconds=None).text
    pilot = registry_headers(reference)
    assert "errorDetail" not in connection.ask("POST", path, params=tag, headers=pilot, seconds=None).text
    assert Registry.at(Place(harbour.host)).tags("team/busybox").names == ("1",)


def test_a_wrong_password_is_refused_by_the_engine_and_not_kept(
    harbour: SharedGround, connection: Connection
) -> None:
    with pytest.raises(EngineError) as refused:
        log_in(connection, Place(harbour.host), Credentials(USER, "wrong-1"))
    assert refused.value.status == 401
    assert "wrong-1" not in refused.value.message
    assert find(harbour.host) is None


def test_a_registry_that_only_the_engine_reaches_is_told_to_be_one(
    harbour: SharedGround, connection: Connection
) -> None:
    harbour.doorway.unplug()
    words = log_in(connection, Place(harbour.host), Credentials(USER, PASSWORD))
    assert "Only the Engine reaches it" in words
    assert find(harbour.host) == Credentials(USER, PASSWORD)


def test_a_registry_that_only_wharf_reaches_is_told_to_be_one(
    connection: Connection, guarded: RegistryGround, home: Path
) -> None:
    words = log_in(connection, Place(guarded.host, ca=guarded.ca), Credentials(USER, PASSWORD))
    assert "Only Wharf reaches it" in words
    assert find(guarded.host) == Credentials(USER, PASSWORD)
