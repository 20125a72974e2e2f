"""What a registry has: names by pages, tags in detail, what is attached to them, and how it is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engine.http_registry import INDEX, MANIFEST, HttpRegistry, Reply, error, http_registry, sha256
from tui.engine.history import dockerfile_line
from tui.engine.registry import Attached, AttachedKind, Page, Registry, RegistryError, Step, is_attachment_tag
from tui.engine.registry_image import kind_of

REPOSITORY = "team/app"
TAGS = f"GET /v2/{REPOSITORY}/tags/list"
DIGEST = sha256(b"nothing")


@pytest.fixture
def server() -> Iterator[HttpRegistry]:
    with http_registry() as running:
        yield running


@pytest.fixture
def registry(server: HttpRegistry) -> Iterator[Registry]:
    made = Registry(server.host, plain=True)
    yield made
    made.close()


# Names


def test_long_lists_come_page_by_page(server: HttpRegistry, registry: Registry) -> None:
    def page(asked: Any) -> Reply:
        last = int(asked.query.get("last", ["0"])[0])
        headers = (("Link", f'</v2/_catalog?last={last + 2}&n=2>; rel="next"'),) if last < 4 else ()
        return Reply({"repositories": [f"r{last + 1}", f"r{last + 2}"]}, headers=headers)

    server.answers["GET /v2/_catalog"] = page
    first = registry.repositories()
    assert first == Page(("r1", "r2"), "/v2/_catalog?last=2&n=2")
    second = registry.repositories(first.next)
    third = registry.repositories(second.next)
    assert third == Page(("r5", "r6"))
    assert "n" in server.asked[0].query


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ('<{url}/v2/team/app/tags/list?last=b>; rel="next"', "/v2/team/app/tags/list?last=b"),
        ('<http://inner:5000/v2/team/app/tags/list?last=b>; rel="next"', "/v2/team/app/tags/list?last=b"),
        ("<list?last=b>;rel=next", "/v2/team/app/tags/list?last=b"),
        ('</elsewhere>; rel="next"', ""),
        ('</v2/team/app/tags/list?last=b>; rel="prev"', ""),
        ("<http://[>; rel=next", ""),
        ("nonsense", ""),
    ],
)
def test_only_the_path_of_a_next_page_counts(
    server: HttpRegistry, registry: Registry, link: str, wanted: str
) -> None:
    server.answers[TAGS] = Reply({"tags": ["a"]}, headers=(("Link", link.format(url=server.url)),))
    assert registry.tags(REPOSITORY).next == wanted


def test_all_tags_end_where_the_pages_go_in_a_circle(server: HttpRegistry, registry: Registry) -> None:
    link = (("Link", f'</v2/{REPOSITORY}/tags/list?last=a>; rel="next"'),)
    server.answers[TAGS] = Reply({"tags": ["a", "b"]}, headers=link)
    assert registry.all_tags(REPOSITORY) == ("a", "b")


def test_a_page_of_other_tags_is_not_asked_for(registry: Registry, server: HttpRegistry) -> None:
    with pytest.raises(RegistryError):
        registry.tags(REPOSITORY, "/v2/other/tags/list?last=a")
    assert server.asked == []


def test_a_repository_without_tags_has_none(server: HttpRegistry, registry: Registry) -> None:
    server.answers[TAGS] = Reply({"name": REPOSITORY, "tags": None})
    assert registry.tags(REPOSITORY) == Page(())


def test_docker_hub_is_said_to_list_nothing_and_is_not_asked() -> None:
    with pytest.raises(RegistryError, match="does not list its repositories") as refused:
        Registry("docker.io").repositories()
    assert "Search it" in refused.value.advice


def test_a_registry_that_lists_nothing_says_what_to_do_instead(
    server: HttpRegistry, registry: Registry
) -> None:
    server.answers["GET /v2/_catalog"] = error(404, "UNSUPPORTED")
    with pytest.raises(RegistryError, match="unsupported") as refused:
        registry.repositories()
    assert "type a repository's name" in refused.value.advice


@pytest.mark.parametrize("name", ["", "../v2", "a/../b", "a//b", "a?b", "a b", "a/..", "x" * 300, "a\n", "é"])
def test_what_is_no_name_is_never_sent(server: HttpRegistry, registry: Registry, name: str) -> None:
    for ask in (registry.tags, registry.may, lambda it: registry.detail(it, "1")):
        with pytest.raises(RegistryError):
            ask(name)
    with pytest.raises(RegistryError):
        registry.detail(REPOSITORY, name)
    with pytest.raises(RegistryError):
        registry.delete(REPOSITORY, name or "1.0")
    assert server.asked == []


# A tag


def test_a_tag_tells_its_layers_the_lines_that_made_them_and_how_it_runs(
    server: HttpRegistry, registry: Registry
) -> None:
    digest = server.image(
        REPOSITORY,
        "1.0",
        sizes=(100, 20),
        created="2026-02-03T04:05:06.123456789Z",
        config={
            "Entrypoint": ["/entry"],
            "Cmd": ["serve"],
            "Env": ["A=1"],
            "Labels": {"tier": "front"},
            "User": "web",
            "WorkingDir": "/srv",
            "ExposedPorts": {"80/tcp": {}},
            "Volumes": {"/data": {}},
        },
        history=[
            {"created_by": "/bin/sh -c #(nop) ADD file:1 in / ", "created": "2026-01-01T00:00:00Z"},
            {"created_by": '/bin/sh -c #(nop)  CMD ["sh"]', "empty_layer": True},
            {"created_by": "RUN |1 V=2 /bin/sh -c make # buildkit"},
        ],
    )
    tag = registry.detail(REPOSITORY, "1.0")
    assert (tag.digest, tag.media, tag.size, tag.platform) == (digest, MANIFEST, 120, "linux/amd64")
    assert tag.created == 1770091506
    assert [(layer.size, layer.line) for layer in tag.layers] == [
        (100, "ADD file:1 in /"),
        (20, "RUN make"),
    ]
    assert tag.history == (
        Step("ADD file:1 in /", 1767225600, 100),
        Step('CMD ["sh"]'),
        Step("RUN make", None, 20),
    )
    assert tag.settings.entrypoint == ("/entry",)
    assert tag.settings.cmd == ("serve",)
    assert tag.settings.labels == (("tier", "front"),)
    assert (tag.settings.user, tag.settings.workdir) == ("web", "/srv")
    assert (tag.settings.ports, tag.settings.volumes) == (("80/tcp",), ("/data",))
    assert not tag.is_index
    assert not tag.problem


@pytest.mark.parametrize(
    ("created_by", "line"),
    [
        ("/bin/sh -c apt-get update", "RUN apt-get update"),
        ("/bin/sh -c #(nop)  ENV A=1", "ENV A=1"),
        ("RUN /bin/sh -c make # buildkit", "RUN make"),
        ("|2 A=1 B=x y /bin/sh -c make", "RUN make"),
        ("COPY a b # buildkit", "COPY a b"),
        ('CMD ["sh"]', 'CMD ["sh"]'),
        ("bazel build", "bazel build"),
        ("", ""),
    ],
)
def test_lines_are_told_as_they_stood_in_the_dockerfile(created_by: str, line: str) -> None:
    assert dockerfile_line(created_by) == line


def test_lines_that_do_not_fit_the_layers_name_none(server: HttpRegistry, registry: Registry) -> None:
    server.image(REPOSITORY, "1", sizes=(1, 2), history=[{"created_by": "COPY a b"}])
    assert [layer.line for layer in registry.detail(REPOSITORY, "1").layers] == ["", ""]


def platforms_of(server: HttpRegistry, *tags: str, extra: tuple[dict[str, Any], ...] = ()) -> dict[str, str]:
    """An index of two images; their digests by architecture, and its own as ""."""
    images = {
        arch: server.image(REPOSITORY, sizes=(size,), architecture=arch) for arch, size in SIZES.items()
    }
    rows = [
        {
            "mediaType": MANIFEST,
            "digest": digest,
            "size": 400,
            "platform": {"os": "linux", "architecture": arch},
        }
        for arch, digest in images.items()
    ]
    return {**images, "": server.index(REPOSITORY, *tags, manifests=[*rows, *extra])}


SIZES = {"arm64": 30, "amd64": 20}


def test_an_index_tells_its_platforms_and_describes_the_wanted_one(
    server: HttpRegistry, registry: Registry
) -> None:
    digests = platforms_of(server, "1")
    tag = registry.detail(REPOSITORY, "1")
    assert (tag.digest, tag.media, tag.is_index) == (digests[""], INDEX, True)
    assert [(one.name, one.digest, one.size) for one in tag.platforms] == [
        ("linux/arm64", digests["arm64"], 30),
        ("linux/amd64", digests["amd64"], 20),
    ]
    assert (tag.platform, tag.size) == ("linux/amd64", 20)
    assert registry.detail(REPOSITORY, "1", "linux/arm64").size == 30
    assert registry.detail(REPOSITORY, "1", digests["arm64"]).platform == "linux/arm64"
    assert "no image for linux/s390x" in registry.detail(REPOSITORY, "1", "linux/s390x").problem


def test_an_image_that_is_lost_does_not_hide_the_others(server: HttpRegistry, registry: Registry) -> None:
    digests = platforms_of(server, "1")
    del server.answers[f"GET /v2/{REPOSITORY}/manifests/{digests['arm64']}"]
    tag = registry.detail(REPOSITORY, "1")
    assert [one.size for one in tag.platforms] == [None, 20]
    assert tag.size == 20


def test_an_image_of_the_first_form_is_refused_calmly(server: HttpRegistry, registry: Registry) -> None:
    old = {"schemaVersion": 1, "name": REPOSITORY, "fsLayers": []}
    server.manifest(REPOSITORY, old, "1", media="application/vnd.docker.distribution.manifest.v1+prettyjws")
    with pytest.raises(RegistryError, match="schema 1") as refused:
        registry.detail(REPOSITORY, "1")
    assert "push" in refused.value.advice


def test_what_is_no_image_says_what_it_is(server: HttpRegistry, registry: Registry) -> None:
    config = {"mediaType": "application/vnd.cncf.helm.config.v1+json", **server.blob(REPOSITORY, {})}
    server.manifest(REPOSITORY, {"schemaVersion": 2, "config": config, "layers": [{"size": 5}]}, "1")
    tag = registry.detail(REPOSITORY, "1")
    assert tag.artifact == "application/vnd.cncf.helm.config.v1+json"
    assert (tag.size, tag.problem) == (5, "")


def test_what_is_not_what_its_digest_says_is_not_taken(server: HttpRegistry, registry: Registry) -> None:
    digest = server.image(REPOSITORY, "1")
    server.answers[f"GET /v2/{REPOSITORY}/manifests/{digest}"] = Reply({"schemaVersion": 2, "layers": []})
    with pytest.raises(RegistryError, match="something else"):
        registry.detail(REPOSITORY, digest)
    blob = next(what for what in server.answers if "/blobs/" in what)
    server.answers[blob] = Reply({"config": {"Cmd": ["evil"]}})
    tag = registry.detail(REPOSITORY, "1")
    assert "not what its digest says" in tag.problem
    assert tag.settings.cmd == ()


def test_a_tag_that_is_gone_is_told_with_advice(registry: Registry, server: HttpRegistry) -> None:
    server.default = error(404, "MANIFEST_UNKNOWN", "manifest unknown")
    with pytest.raises(RegistryError, match="manifest unknown") as refused:
        registry.detail(REPOSITORY, "1")
    assert refused.value.status == 404
    assert "no such tag" in refused.value.advice
    assert registry.digest(REPOSITORY, "1") == ""


def test_too_much_is_not_read(server: HttpRegistry, registry: Registry) -> None:
    server.answers[f"GET /v2/{REPOSITORY}/manifests/1"] = Reply(b" " * (4 * 1024 * 1024 + 1))
    with pytest.raises(RegistryError, match="more than 4 MiB"):
        registry.detail(REPOSITORY, "1")


# What is attached


def test_referrers_are_told_by_the_type_they_give_themselves(
    server: HttpRegistry, registry: Registry
) -> None:
    digest = server.image(REPOSITORY, "1")
    rows = [
        {"digest": sha256(b"1"), "artifactType": "application/vnd.cncf.notary.signature"},
        {"digest": sha256(b"2"), "artifactType": "application/spdx+json"},
        {"digest": sha256(b"3"), "artifactType": "application/vnd.in-toto+json"},
        {"digest": sha256(b"4"), "artifactType": "text/plain"},
    ]
    server.answers[f"GET /v2/{REPOSITORY}/referrers/{digest}"] = Reply({"manifests": rows})
    found = registry.referrers(REPOSITORY, digest)
    assert [one.kind for one in found] == [
        AttachedKind.SIGNATURE,
        AttachedKind.SBOM,
        AttachedKind.ATTESTATION,
        AttachedKind.OTHER,
    ]
    assert {one.via for one in found} == {"referrers"}


def test_where_there_is_no_such_api_the_tag_that_stands_for_it_counts(
    server: HttpRegistry, registry: Registry
) -> None:
    digest = server.image(REPOSITORY, "1")
    tag = digest.replace(":", "-")
    row = {"digest": DIGEST, "artifactType": "application/vnd.dev.cosign.artifact.sig.v1+json"}
    server.index(REPOSITORY, tag, manifests=[row])
    (found,) = registry.referrers(REPOSITORY, digest)
    assert (found.kind, found.digest, found.via) == (AttachedKind.SIGNATURE, DIGEST, tag)


def test_what_cosign_attached_by_tags_is_found(server: HttpRegistry, registry: Registry) -> None:
    digest = server.image(REPOSITORY, "1")
    tags = {end: digest.replace(":", "-") + end for end in (".sig", ".att", ".sbom")}
    made = {end: server.image(REPOSITORY, tag, sizes=(ord(end[2]),)) for end, tag in tags.items()}
    found = {one.via: one for one in registry.referrers(REPOSITORY, digest)}
    assert {tags[".sig"], tags[".att"], tags[".sbom"]} == set(found)
    assert found[tags[".sig"]].kind is AttachedKind.SIGNATURE
    assert found[tags[".sbom"]].digest == made[".sbom"]
    assert all(is_attachment_tag(tag) for tag in tags.values())
    assert not is_attachment_tag("1.0")


def test_what_buildkit_put_into_the_index_is_attached_and_no_platform(
    server: HttpRegistry, registry: Registry
) -> None:
    notes = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": DIGEST}
    unknown = {"os": "unknown", "architecture": "unknown"}
    row = {"mediaType": MANIFEST, "digest": DIGEST, "size": 500, "platform": unknown, "annotations": notes}
    digests = platforms_of(server, "1", extra=(row,))
    assert len(registry.detail(REPOSITORY, "1").platforms) == 2
    assert registry.referrers(REPOSITORY, digests[""]) == (
        Attached(AttachedKind.ATTESTATION, MANIFEST, DIGEST, 500, "index"),
    )


def test_nothing_attached_is_nothing(server: HttpRegistry, registry: Registry) -> None:
    assert registry.referrers(REPOSITORY, server.image(REPOSITORY, "1")) == ()
    assert kind_of("") is AttachedKind.OTHER


def test_tags_that_share_a_digest_are_found(server: HttpRegistry, registry: Registry) -> None:
    digest = server.image(REPOSITORY, "1", "1.0", "latest")
    server.image(REPOSITORY, "2", sizes=(9,))
    assert registry.same_digest(REPOSITORY, digest) == ("1", "1.0", "latest")


def test_images_that_only_an_index_holds_have_no_tag(server: HttpRegistry, registry: Registry) -> None:
    digests = platforms_of(server, "1", "latest")
    server.manifest(
        REPOSITORY, server.answers[f"GET /v2/{REPOSITORY}/manifests/{digests['amd64']}"].body, "amd64"
    )
    (found,) = registry.untagged(REPOSITORY)
    assert (found.digest, found.platform, found.held_by) == (
        digests["arm64"],
        "linux/arm64",
        ("1", "latest"),
    )


# Deleting


def test_a_manifest_is_deleted_by_its_digest(server: HttpRegistry, registry: Registry) -> None:
    what = f"DELETE /v2/{REPOSITORY}/manifests/{DIGEST}"
    server.answers[what] = Reply(b"", 202)
    registry.delete(REPOSITORY, DIGEST)
    assert server.count(what) == 1


def test_where_deleting_is_off_that_is_said_in_plain_words(server: HttpRegistry, registry: Registry) -> None:
    server.default = error(405, "UNSUPPORTED", "The operation is unsupported.")
    with pytest.raises(RegistryError, match="does not allow deleting") as refused:
        registry.delete(REPOSITORY, DIGEST)
    assert refused.value.status == 405
    assert "storage.delete.enabled" in refused.value.advice
