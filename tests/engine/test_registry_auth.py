"""Who asks a registry: bearer tokens, basic auth, and that no password goes where it does not belong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.http_registry import (
    PASSWORD,
    USER,
    Asked,
    HttpRegistry,
    Reply,
    Tokens,
    error,
    http_registry,
)
from tui.engine.credentials import Credentials, CredentialsError
from tui.engine.errors import EngineError, ReadOnly
from tui.engine.registry import Registry, RegistryError, Right, Scheme, Unanswered
from tui.engine.registry_auth import Authority, Challenge, challenge_of

PILOT = Credentials(USER, PASSWORD)


@pytest.fixture
def server() -> Iterator[HttpRegistry]:
    with http_registry() as running:
        yield running


def basic(server: HttpRegistry, *, user: str = USER, password: str = PASSWORD) -> None:
    """Have the server want a user and a password."""

    def guard(asked: Asked) -> Reply | None:
        if asked.basic == (user, password):
            return None
        refusal = error(401, "UNAUTHORIZED", "authentication required")
        return Reply(refusal.body, 401, (("WWW-Authenticate", 'Basic realm="harbour"'),))

    server.guard = guard


# Bearer tokens


def test_a_token_is_fetched_for_what_is_asked_and_used_again(server: HttpRegistry) -> None:
    tokens = Tokens(server)
    server.image("team/app", "1")
    registry = Registry(server.host, credentials=PILOT)
    registry.tags("team/app")
    registry.digest("team/app", "1")
    (asked,) = [one for one in server.asked if one.path == "/token"]
    assert asked.basic == (USER, PASSWORD)
    assert asked.query == {
        "service": ["quay"],
        "scope": ["repository:team/app:pull"],
        "account": [USER],
    }
    assert {one.basic for one in server.asked if one.path != "/token"} == {None}
    assert list(tokens.given.values()) == ["repository:team/app:pull"]


def test_another_repository_wants_another_token(server: HttpRegistry) -> None:
    Tokens(server)
    server.image("team/app", "1")
    server.image("team/db", "1")
    registry = Registry(server.host, credentials=PILOT)
    assert registry.tags("team/app").names == registry.tags("team/db").names == ("1",)
    assert server.count("GET /token") == 2


def test_a_token_that_is_not_good_any_more_is_fetched_anew_once(server: HttpRegistry) -> None:
    tokens = Tokens(server)
    server.image("team/app", "1")
    registry = Registry(server.host, credentials=PILOT)
    registry.tags("team/app")
    tokens.given.clear()
    assert registry.tags("team/app").names == ("1",)
    assert server.count("GET /token") == 2


def test_without_credentials_what_is_public_is_read_anonymously(server: HttpRegistry) -> None:
    Tokens(server, public=True)
    server.image("team/app", "1")
    registry = Registry(server.host)
    assert registry.tags("team/app").names == ("1",)
    assert registry.check().scheme is Scheme.BEARER


def test_an_identity_token_is_changed_for_a_token_by_a_form(server: HttpRegistry) -> None:
    Tokens(server)
    server.image("team/app", "1")
    registry = Registry(server.host, credentials=Credentials("", token="idt"))
    assert registry.tags("team/app").names == ("1",)
    (asked,) = [one for one in server.asked if one.path == "/token"]
    assert asked.method == "POST"
    assert b"grant_type=refresh_token" in asked.body
    assert not asked.query


def test_a_registry_token_is_sent_as_it_is(server: HttpRegistry) -> None:
    tokens = Tokens(server)
    tokens.given["ready"] = "repository:team/app:pull"
    server.image("team/app", "1")
    registry = Registry(server.host, credentials=Credentials("", registry_token="ready"))
    assert registry.tags("team/app").names == ("1",)
    assert server.count("GET /token") == 0


def test_a_wrong_password_is_told_in_the_services_words(server: HttpRegistry) -> None:
    Tokens(server)
    registry = Registry(server.host, credentials=Credentials(USER, "wrong-1"))
    with pytest.raises(RegistryError, match="incorrect username or password") as refused:
        registry.tags("team/app")
    assert refused.value.status == 401
    assert "log in again" in refused.value.advice
    assert "wrong-1" not in repr(refused.value)
    reach = registry.check()
    assert not reach.welcome
    assert "incorrect username" in reach.words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"no json", "gives no token"),
        ({"token": 5}, "gives no token"),
        ({"token": "a\r\nX-More: b"}, "gives no token"),
        ([], "gives no token"),
    ],
)
def test_a_token_service_that_answers_nonsense_is_an_error(
    server: HttpRegistry, body: object, words: str
) -> None:
    Tokens(server)
    server.answers["GET /token"] = Reply(body)
    with pytest.raises(RegistryError, match=words):
        Registry(server.host, credentials=PILOT).tags("team/app")


@pytest.mark.parametrize("realm", ["", "file:///etc/passwd", "http://", "http://[", "http://a:b@elsewhere/"])
def test_what_is_no_address_of_a_token_service_gets_no_password(server: HttpRegistry, realm: str) -> None:
    server.guard = lambda asked: Reply(b"", 401, (("WWW-Authenticate", f'Bearer realm="{realm}"'),))
    with pytest.raises(RegistryError, match="no address of a token service"):
        Registry(server.host, credentials=PILOT).tags("team/app")


def test_over_tls_no_password_goes_to_a_service_without() -> None:
    def never(*args: object, **more: object) -> None:
        raise AssertionError("it was sent")

    authority = Authority("registry.lan", lambda: PILOT, never)
    with pytest.raises(RegistryError, match="in the clear"):
        authority.answer('Bearer realm="http://registry.lan/token"', "", secure=True)


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (
            'Bearer realm="https://a/t",service="s b",scope="repository:x:pull,push"',
            Challenge(Scheme.BEARER, "https://a/t", "s b", "repository:x:pull,push"),
        ),
        ("BASIC realm=harbour", Challenge(Scheme.BASIC, "harbour")),
        ('Negotiate, Basic realm="h\\"b"', Challenge(Scheme.BASIC, 'h"b')),
        ("Negotiate", Challenge(Scheme.NONE)),
        ("", Challenge(Scheme.NONE)),
        ('Bearer realm="https://a/t' + "," * 100_000, Challenge(Scheme.BEARER)),
    ],
)
def test_challenges_are_read_as_they_are_meant(header: str, wanted: Challenge) -> None:
    found = challenge_of(header)
    assert found.scheme is wanted.scheme
    assert found == wanted or len(header) > 1000


# Basic auth


def test_a_password_is_sent_only_once_it_is_asked_for_and_then_at_once(server: HttpRegistry) -> None:
    server.image("team/app", "1")
    basic(server)
    registry = Registry(server.host, plain=True, credentials=PILOT)
    registry.tags("team/app")
    registry.digest("team/app", "1")
    assert [one.basic for one in server.asked] == [None, (USER, PASSWORD), (USER, PASSWORD)]


def test_credentials_are_looked_up_when_they_are_first_needed(server: HttpRegistry) -> None:
    server.image("team/app", "1")
    looked: list[int] = []

    def lookup() -> Credentials:
        looked.append(1)
        return PILOT

    registry = Registry(server.host, plain=True, lookup=lookup)
    registry.tags("team/app")
    assert not looked
    basic(server)
    registry.tags("team/app")
    registry.tags("team/app")
    assert looked == [1]


def test_a_credential_helper_that_fails_is_what_is_told(server: HttpRegistry) -> None:
    basic(server)

    def lookup() -> Credentials:
        raise CredentialsError("docker-credential-tin get failed: locked")

    with pytest.raises(EngineError, match="locked"):
        Registry(server.host, lookup=lookup).tags("team/app")


def test_a_wrong_password_is_not_sent_twice(server: HttpRegistry) -> None:
    basic(server)
    registry = Registry(server.host, plain=True, credentials=Credentials(USER, "wrong"))
    with pytest.raises(RegistryError, match="authentication required") as refused:
        registry.tags("team/app")
    assert refused.value.status == 401
    assert len(server.asked) == 2
    nobody = Registry(server.host, plain=True)
    with pytest.raises(RegistryError) as refused:
        nobody.tags("team/app")
    assert refused.value.advice == "Log in: :login"


# Elsewhere


def test_another_host_to_which_it_leads_learns_no_password(server: HttpRegistry) -> None:
    with http_registry() as store:
        digest = server.image("team/app", "1")
        manifest = server.answers[f"GET /v2/team/app/manifests/{digest}"]
        store.answers["GET /here"] = manifest
        store.guard = lambda asked: None
        where = (("Location", f"{store.url}/here"),)
        server.answers["GET /v2/team/app/manifests/1"] = Reply(b"", 307, where)
        basic(server)
        registry = Registry(server.host, plain=True, credentials=PILOT)
        registry.tags("team/app")
        assert registry.detail("team/app", "1").digest == digest
        assert server.asked[-2].basic == (USER, PASSWORD)
        assert [one.headers.get("Authorization") for one in store.asked] == [None]


def test_another_host_does_not_get_a_password_by_asking_for_one(server: HttpRegistry) -> None:
    with http_registry() as store:
        want = f'Bearer realm="{store.url}/token"'
        store.answers["GET /here"] = Reply(b"", 401, (("WWW-Authenticate", want),))
        server.answers["GET /v2/team/app/tags/list"] = Reply(b"", 302, (("Location", f"{store.url}/here"),))
        with pytest.raises(RegistryError):
            Registry(server.host, plain=True, credentials=PILOT).tags("team/app")
        assert [one.path for one in store.asked] == ["/here"]


@pytest.mark.parametrize("where", ["/v2/team/app/tags/list", "http://[", "file:///etc/passwd"])
def test_an_answer_that_leads_nowhere_is_an_error(server: HttpRegistry, where: str) -> None:
    server.answers["GET /v2/team/app/tags/list"] = Reply(b"", 302, (("Location", where),))
    with pytest.raises(RegistryError):
        Registry(server.host, plain=True).tags("team/app")


def test_cookies_are_not_kept_and_a_netrc_is_not_read(
    server: HttpRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login {USER} password {PASSWORD}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.answers["GET /v2/"] = Reply({}, headers=(("Set-Cookie", "tracked=1"),))
    registry = Registry(server.host, plain=True)
    registry.check()
    registry.check()
    assert [one.headers.get("Cookie") for one in server.asked] == [None, None]
    assert [one.headers.get("Authorization") for one in server.asked] == [None, None]


# What one may


def test_what_a_person_may_is_told_by_the_scopes_that_are_given(server: HttpRegistry) -> None:
    tokens = Tokens(server)
    server.image("team/app", "1")
    assert Registry(server.host, credentials=PILOT).may("team/app") == set(Right)
    tokens.most = "pull,push"
    assert Registry(server.host, credentials=PILOT).may("team/app") == {Right.PULL, Right.PUSH}
    tokens.most = "pull"
    assert Registry(server.host, credentials=PILOT).may("team/app") == {Right.PULL}
    assert Registry(server.host).may("team/app") == set()


def test_what_a_proxy_in_front_forbids_may_not_be_done(server: HttpRegistry) -> None:
    server.image("team/app", "1")
    server.guard = lambda asked: None if asked.method in ("GET", "HEAD") else Reply(b"", 403)
    assert Registry(server.host).may("team/app") == {Right.PULL}


def test_asking_what_one_may_changes_nothing(server: HttpRegistry) -> None:
    digest = server.image("team/app", "1")
    Registry(server.host, plain=True).may("team/app")
    sent = {one.what for one in server.asked if one.method not in ("GET", "HEAD")}
    nothing = "0" * 64
    assert sent == {
        "PATCH /v2/team/app/blobs/uploads/00000000-0000-0000-0000-000000000000",
        f"DELETE /v2/team/app/manifests/sha256:{nothing}",
    }
    assert nothing not in digest


def test_where_nothing_may_be_changed_nothing_is_sent(server: HttpRegistry) -> None:
    digest = server.image("team/app", "1")
    registry = Registry(server.host, plain=True, read_only=True)
    assert registry.may("team/app") == {Right.PULL}
    with pytest.raises(ReadOnly):
        registry.delete("team/app", digest)
    assert {one.method for one in server.asked} == {"GET"}


# Reaching it


def test_a_registry_that_is_not_there_is_said_to_be(server: HttpRegistry) -> None:
    server.close()
    with pytest.raises(Unanswered, match="cannot be reached: Connection refused") as failed:
        Registry(server.host, plain=True).check()
    assert failed.value.status is None
    assert failed.value.advice


def test_plain_http_on_this_machine_is_found_out_without_a_password(server: HttpRegistry) -> None:
    basic(server)
    reach = Registry(server.host, credentials=PILOT).check()
    assert reach.url == server.url
    assert reach.welcome
    assert server.asked[0].headers.get("Authorization") is None


def test_tls_to_what_speaks_none_is_said_in_plain_words(server: HttpRegistry) -> None:
    with pytest.raises(Unanswered, match="does not speak TLS") as failed:
        Registry(server.host, plain=False).check()
    assert "plain HTTP" in failed.value.advice


def test_a_file_that_is_no_certificate_is_named(server: HttpRegistry, tmp_path: Path) -> None:
    folder = tmp_path / "docker/certs.d" / server.host
    folder.mkdir(parents=True)
    (folder / "ca.crt").write_text("no certificate")
    env = {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path / "docker")}
    with pytest.raises(Unanswered, match=r"cannot be used: .*ca\.crt"):
        Registry(server.host, plain=False, env=env).check()
    with pytest.raises(Unanswered, match=r"lost\.pem"):
        Registry(server.host, plain=False, ca=str(tmp_path / "lost.pem")).check()
