"""`wharf doctor`: what it says of an Engine that answers, and of one that does not."""

from __future__ import annotations

import io
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.http_engine import HttpEngine, Reply
from tui import __version__, way
from tui.demo import DemoEngine
from tui.doctor import examine
from tui.engine import known
from tui.engine.endpoint import Endpoint, TLSFiles

Report = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A home of its own; the sockets of this machine are not looked at."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(known, "places", lambda env: [known.Place("Colima", "/nonexistent.sock")])
    return {"HOME": str(tmp_path), "TERM": "xterm-256color", "LANG": "C.UTF-8"}


@pytest.fixture
def report(env: dict[str, str]) -> Report:
    """The exit code and the lines."""

    def run(*args: Any, encoding: str = "utf-8", **more: Any) -> tuple[int, list[str]]:
        raw = io.BytesIO()
        out = io.TextIOWrapper(raw, encoding=encoding)
        code = examine(*args, **{"env": env, **more}, out=out)
        out.flush()
        return code, raw.getvalue().decode(encoding).splitlines()

    return run


@pytest.fixture
def http_engine(tmp_path: Path) -> Iterator[HttpEngine]:
    """An Engine that answers as told."""
    engine = HttpEngine(tmp_path)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The address of a demo Engine."""
    engine = DemoEngine()
    yield engine.start()
    engine.stop()


def written(env: dict[str, str], text: str) -> None:
    path = Path(env["HOME"], ".config/wharf/config.toml")
    path.parent.mkdir(parents=True)
    path.write_text(text)


def row(lines: list[str], what: str) -> str:
    """The row of that name: its mark and what was found."""
    found = [line for line in lines if line[4:].startswith(f"{what} ")]
    assert len(found) == 1, "\n".join(lines)
    return f"{found[0][2]} {found[0][20:]}"


def test_an_engine_that_answers_is_described_in_a_screen_and_a_half_at_most(
    report: Report, demo: str
) -> None:
    code, lines = report(demo)
    assert code == 0
    assert lines[0].startswith(f"Wharf {__version__} · Python 3.")
    assert "Textual 8.2.8 · docker SDK 7." in lines[0]
    assert row(lines, "--host") == f"✓ {demo}: the first that names one"
    assert row(lines, "default") == "– --host comes first"
    assert row(lines, "used") == f"✓ {demo}"
    assert row(lines, "you may open it") == "✓ yes"
    assert row(lines, "is").startswith("– Docker Engine 27.5.1, linux/amd64")
    assert row(lines, "API").startswith("– 1.47 is spoken; the Engine's newest is 1.47")
    assert row(lines, "latency").endswith(" ms, the median of 5 pings")
    assert row(lines, "containers") == "✓ may be listed: 16"
    assert lines[-1] == "✓ The Engine answers: wharf can be used."
    assert len(lines) <= 40
    assert all(len(line) <= 100 for line in lines if " " in line.strip())  # a path is never broken


def test_the_demo_engine_is_examined_and_gone_afterwards(report: Report) -> None:
    code, lines = report(demo=2, read_only=True)
    assert code == 0
    assert row(lines, "--demo").endswith("the demo Engine, not Docker")
    assert row(lines, "containers") == "✓ may be listed: 18"
    assert row(lines, "read-only") == "✓ yes, by --read-only"
    assert not Path(row(lines, "socket")[2:]).exists()


def test_where_nobody_answers_it_ends_with_1_the_reason_and_what_to_type(report: Report) -> None:
    code, lines = report("unix:///run/user/7/docker.sock")
    assert code == 1
    assert row(lines, "there") == "✗ no: No such file or directory"
    assert row(lines, "answers") == "✗ no: No such file or directory"
    assert "✗ There is no socket /run/user/7/docker.sock." in lines
    assert lines[-2].split("  ")[2] == "systemctl --user start docker"
    assert len(lines) <= 40


def test_where_nothing_names_an_engine_the_sockets_that_were_looked_for_are_named(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.endpoint.DEFAULT_URL", "unix:///nonexistent/docker.sock")
    code, lines = report()
    assert code == 1
    assert row(lines, "default").startswith("✓ unix:///nonexistent/docker.sock: No such file")
    assert row(lines, "no socket of") == "– Colima"


def test_a_socket_that_was_found_is_told_with_the_default_one_that_is_silent(
    report: Report, demo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.engine.endpoint.DEFAULT_URL", "unix:///nonexistent/docker.sock")
    place = known.Place("Colima", demo.removeprefix("unix://"))
    monkeypatch.setattr(known, "places", lambda env: [place])
    code, lines = report()
    assert code == 0
    assert row(lines, "default") == "– unix:///nonexistent/docker.sock: No such file or directory"
    assert row(lines, "Colima") == f"✓ {demo}: the first that answers"
    assert row(lines, "used") == f"✓ {demo}"


def test_a_context_that_does_not_exist_is_said_and_ends_with_1(report: Report) -> None:
    code, lines = report(None, "gone")
    assert code == 1
    assert row(lines, "--context") == "✓ gone: the first that names one"
    assert row(lines, "used") == "✗ none"
    assert lines[-1] == "✗ there is no docker context named 'gone' (asked for by --context)"


def test_a_socket_left_behind_may_be_opened_but_nobody_listens(report: Report, tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(str(path))
    path.chmod(0o660)
    code, lines = report(f"unix://{path}")
    assert code == 1
    assert row(lines, "there").startswith("✓ srw-rw---- ")
    assert row(lines, "you may open it") == "✗ yes, but: Connection refused"
    assert row(lines, "you are").startswith("– ")


def test_a_file_that_is_no_socket_is_called_so(report: Report, tmp_path: Path) -> None:
    (tmp_path / "s").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "s")
    _, lines = report(f"unix://{tmp_path}/link")
    assert row(lines, "there").endswith(", which is no socket")
    assert row(lines, "there").startswith("✗ ")
    assert " → " in " ".join(lines)


# Settings


def test_what_is_set_for_the_endpoint_is_said_with_its_pattern(
    report: Report, env: dict[str, str], demo: str
) -> None:
    written(env, '[endpoints."unix:*"]\nread_only = true\ncolor = "red"\n[endpoints."*demo*"]\nprod = true')
    code, lines = report(demo)
    assert code == 0
    assert row(lines, "config.toml") == f"✓ {env['HOME']}/.config/wharf/config.toml"
    assert row(lines, "read-only") == '✓ yes, by the pattern "unix:*"'
    assert row(lines, "prod") == '✓ yes, by the pattern "*demo*"'
    assert row(lines, "color") == '✓ red, by the pattern "unix:*"'


def test_settings_that_are_wrong_are_said_and_end_with_1(
    report: Report, env: dict[str, str], demo: str
) -> None:
    written(env, "colour = 'red'")
    code, lines = report(demo)
    assert code == 1
    assert "'colour' is not a setting" in " ".join(" ".join(lines).split())
    assert row(lines, "answers").startswith("✓ ")
    assert lines[-1] == "✗ The Engine answers, but Wharf does not start with these settings."


# What is written, and how


@pytest.mark.parametrize("how", ["encoding", "setting"])
def test_ascii_is_written_where_nothing_else_can_be_or_shall_be(
    report: Report, env: dict[str, str], demo: str, how: str
) -> None:
    if how == "setting":
        written(env, 'ascii = "on"')
    code, lines = report(demo, encoding="ascii" if how == "encoding" else "utf-8")
    assert code == 0
    assert "\n".join(lines).isascii()
    assert row(lines, "used") == f"+ {demo}"
    assert row(lines, "--context") == "- not given"
    assert row(report("unix:///nonexistent.sock", encoding="ascii")[1], "there").startswith("x no: ")


def test_an_engine_cannot_do_anything_to_the_terminal(report: Report, http_engine: HttpEngine) -> None:
    version = {"Version": "1\x1b]0;x\x07", "Os": "li\nnux", "Arch": "\u202ex", "ApiVersion": "1.47\x9b2J"}
    http_engine.answers["GET /version"] = Reply(version)
    http_engine.answers["GET /containers/json"] = Reply({"message": "no\x1b[31m"}, 403)
    code, lines = report(http_engine.url)
    text = "\n".join(lines)
    assert not [char for char in text if char in "\x1b\x07\x9b\u202e"]
    assert "␛]0;x␇" in text
    assert "li␊nux" in text
    assert row(lines, "containers") == "✗ may not be listed: no␛[31m"
    assert code == 0


def test_podman_is_called_by_its_name(report: Report, http_engine: HttpEngine) -> None:
    components = [{"Name": "Podman Engine", "Version": "5.8.0"}, {"Name": "Conmon"}]
    version = {"Version": "5.8.0", "ApiVersion": "1.44", "Os": "linux", "Components": components}
    http_engine.answers["GET /version"] = Reply(version)
    _, lines = report(http_engine.url)
    assert row(lines, "is").startswith("– Podman 5.8.0, linux/unknown")


def test_the_facts_of_the_terminal_are_said(report: Report, env: dict[str, str], demo: str) -> None:
    there = {**env, "TERM": "tmux-256color", "TMUX": "/tmp/x", "SSH_CONNECTION": "1 2 3 4", "NO_COLOR": "1"}
    _, lines = report(demo, env=there)
    assert row(lines, "speaks") == "– TERM=tmux-256color NO_COLOR=1 LANG=C.UTF-8"
    assert row(lines, "runs in") == "– an SSH session, and tmux"
    assert row(lines, "wharf paints") == "– no colours, sparing a slow line"
    assert "sparing" not in row(report(demo, env=there, slow=False)[1], "wharf paints")
    assert row(report(demo, env={**env, "TERM": "dumb"})[1], "wharf").startswith("✗ ")


# The way there


def test_an_address_in_the_clear_is_called_so(report: Report) -> None:
    with socket.create_server(("127.0.0.1", 0)) as line:
        port = line.getsockname()[1]
    code, lines = report(f"tcp://127.0.0.1:{port}")
    assert code == 1
    assert row(lines, "encrypted").startswith("✗ NOT ENCRYPTED")
    assert row(lines, "answers") == "✗ no: Connection refused"


def test_the_way_by_ssh_names_the_program_and_the_far_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "ssh"
    program.write_text("#!/bin/sh\necho OpenSSH_9.9 >&2\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    endpoint = Endpoint("ssh://me@dock:2222/run/other.sock", "", "--host")
    rows = {what: (mark, found) for mark, what, found in way.way(endpoint)}
    assert rows["ssh to"] == ("–", "me@dock, port 2222")
    assert rows["its socket"] == ("–", "/run/other.sock")
    assert rows["ssh program"] == ("✓", f"{program}: OpenSSH_9.9")
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    assert [mark for mark, what, _ in way.way(endpoint) if what == "ssh program"] == ["✗"]


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Somebody on TLS, and the folder with the certificate that he shows and that signs itself."""
    folder = tmp_path_factory.mktemp("tls")
    made = subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-days", "90", "-subj", "/CN=the Engine", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", "key.pem", "-out", "ca.pem"),
        ],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                with line:
                    try:
                        context.wrap_socket(line, server_side=True).close()
                    except OSError:
                        continue

        threading.Thread(target=serve, daemon=True).start()
        yield f"tcp://127.0.0.1:{door.getsockname()[1]}", folder
        door.shutdown(socket.SHUT_RDWR)


def rows_of(endpoint: Endpoint) -> dict[str, tuple[str, str]]:
    return {what: (mark, found) for mark, what, found in way.way(endpoint)}


def test_a_certificate_that_is_accepted_is_described(certified: tuple[str, Path]) -> None:
    url, folder = certified
    rows = rows_of(Endpoint(url, "", "test", TLSFiles(f"{folder}/ca.pem", None, None)))
    assert rows["encrypted"] == ("✓", f"TLS, verified with {folder}/ca.pem")
    assert rows["shows itself by"] == ("–", "no certificate of its own")
    mark, found = rows["certificate"]
    assert mark == "✓"
    assert found.startswith("the Engine, signed by the Engine, ends in 89 days (")


def test_a_certificate_that_is_not_accepted_says_why(certified: tuple[str, Path]) -> None:
    mark, found = rows_of(Endpoint(certified[0].replace("tcp", "https"), "", "test"))["certificate"]
    assert mark == "✗"
    assert "self-signed certificate" in found or "self signed certificate" in found


def test_an_engine_that_nobody_verifies_is_called_so(certified: tuple[str, Path]) -> None:
    url, folder = certified
    files = TLSFiles(None, f"{folder}/ca.pem", f"{folder}/key.pem", verify=False)
    rows = rows_of(Endpoint(url, "", "test", files))
    assert rows["encrypted"] == ("✗", "TLS NOT VERIFIED: nobody checks who answers")
    assert rows["shows itself by"] == ("✓", f"{folder}/ca.pem")
    assert "certificate" not in rows
