"""`wharf doctor` in front of real Engines: on TLS, behind ssh, and Podman's service."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from tests.live.engine import PrivateEngine
from tests.live.podman import Podman
from tests.live.pty_app import PtyApp
from tests.live.sshd import Sshd
from tui.doctor import examine
from tui.engine.tunnel import Tunnel

pytestmark = pytest.mark.usefixtures("home")


def report(url: str, **more: str) -> tuple[int, str]:
    """The exit code and the text, in which each space stands for any white space."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    code = examine(url, env={**os.environ, **more}, out=out)
    out.seek(0)
    return code, " ".join(out.read().split())


def tls(folder: Path, verify: str = "DOCKER_TLS_VERIFY") -> dict[str, str]:
    return {verify: "1", "DOCKER_CERT_PATH": str(folder)}


def test_an_engine_on_tls_is_verified_and_its_certificate_described(guarded: PrivateEngine) -> None:
    url = f"tcp://{guarded.tls().address}"
    code, text = report(url, **tls(guarded.certificates.client))
    assert code == 0
    assert f"✓ encrypted TLS, verified with {guarded.certificates.client}/ca.pem" in text
    assert "certificate server, signed by authority, ends in 0 days" in text
    assert "✓ containers may be listed" in text


def test_an_engine_that_another_authority_vouches_for_is_not_spoken_to(guarded: PrivateEngine) -> None:
    url = f"tcp://{guarded.tls().address}"
    code, text = report(url, **tls(guarded.certificates.mistrustful))
    assert code == 1
    assert "✗ certificate not accepted or not read:" in text
    assert "is signed by nobody that this endpoint trusts" in text


def test_an_engine_whose_certificate_has_expired_is_not_spoken_to(guarded: PrivateEngine) -> None:
    url = f"tcp://{guarded.tls('expired').address}"
    code, text = report(url, **tls(guarded.certificates.client))
    assert code == 1
    assert "✗ certificate not accepted or not read: certificate has expired" in text
    assert "is not valid now" in text


def test_an_engine_that_nobody_verifies_is_used_and_called_so(guarded: PrivateEngine) -> None:
    url = f"tcp://{guarded.tls().address}"
    code, text = report(url, **tls(guarded.certificates.client, "DOCKER_TLS"))
    assert code == 0
    assert "✗ encrypted TLS NOT VERIFIED" in text


def test_an_engine_that_wants_a_certificate_says_so(guarded: PrivateEngine) -> None:
    url = f"tcp://{guarded.tls().address}"
    code, text = report(url, **tls(guarded.certificates.nameless))
    assert code == 1
    assert "no certificate of its own" in text
    assert "did not accept a certificate from here" in text


def test_an_engine_in_the_clear_is_used_and_called_so(guarded: PrivateEngine) -> None:
    code, text = report(f"tcp://{guarded.doorway(guarded.socket_path).address}")
    assert code == 0
    assert "✗ encrypted NOT ENCRYPTED" in text


def test_an_engine_behind_ssh_answers_and_nothing_is_left(
    far: Sshd, ssh_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far.config(ssh_folder, "far")
    opened: list[Tunnel] = []
    start = Tunnel.open

    def open_noted(tunnel: Tunnel) -> None:
        start(tunnel)
        opened.append(tunnel)

    monkeypatch.setattr(Tunnel, "open", open_noted)
    code, text = report("ssh://far")
    assert code == 0
    assert "– ssh to far" in text
    assert "✓ ssh program" in text
    assert "OpenSSH" in text
    assert "– is Docker Engine 28." in text
    assert [tunnel.alive for tunnel in opened] == [False]


def test_a_socket_that_the_far_host_does_not_have_is_said(far: Sshd, ssh_folder: Path) -> None:
    far.config(ssh_folder, "far")
    code, text = report("ssh://far/nowhere.sock")
    assert code == 1
    assert "– its socket /nowhere.sock" in text
    assert "✗ answers no:" in text


def test_podman_is_called_by_its_name(podman: Podman) -> None:
    code, text = report(podman.url)
    assert code == 0
    assert "– is Podman " in text


def test_what_ssh_asks_is_asked_on_the_terminal(far: Sshd, ssh_folder: Path) -> None:
    far.config(ssh_folder, "far", User="wharf", PreferredAuthentications="password")
    with PtyApp("doctor", "-H", "ssh://far", env={"PATH": os.environ["PATH"]}) as app:
        app.wait_for("password:")
        app.send(f"{far.password}\r")
        assert app.ends() == 0
        app.wait_for("The Engine answers: wharf can be used.")
        assert app.terminal_modes() == app.modes


def test_without_a_terminal_ssh_asks_nothing(far: Sshd, ssh_folder: Path) -> None:
    far.config(ssh_folder, "far", User="wharf", PreferredAuthentications="password")
    code, text = report("ssh://far")
    assert code == 1
    assert "Permission denied" in text
