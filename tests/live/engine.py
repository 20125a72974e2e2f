"""Private Docker Engines for the live tests: real daemons that share nothing with the machine's own Docker.

`python -m tests.live.engine [20|28]` starts one by hand, prints the `export DOCKER_HOST=…` line for it and
keeps it until ctrl-c (28 unless told).

Any number may run at once: each has mount, network and process namespaces, a control group and a folder of
its own, and its data lives in memory. When the process that started one dies, however it dies, the Engine
ends and leaves nothing (see keeper.py).
"""

from __future__ import annotations

import atexit
import contextlib
import http.client
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker

from tests.live.certificates import Certificates
from tests.live.doorway import Doorway, relay
from tests.live.podman import Podman
from tests.live.roots import CACHE, busybox, root_of
from tests.live.sshd import Sshd

HERE = Path(__file__).parent
START_SECONDS = 40.0
TLS_PORT = 2376
SUITES = {"20.10": "bookworm", "28.5": "sid"}
"""The Engines there are, by the name tests call them, and the Debian suite each comes from."""


class EngineError(Exception):
    """An Engine cannot be started or does not do as told; the text says what to do."""


def as_root(*command: str | Path) -> list[str]:
    """The command line that runs `command` as root, without ever asking for a password."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        return words
    if shutil.which("sudo") is None:
        raise EngineError("a private Engine needs root, and there is no sudo; run this as root")
    kept = [
        f"{name}={os.environ[name]}"
        for name in ("WHARF_TEST_CACHE", "WHARF_TEST_MIRROR")
        if name in os.environ
    ]
    return ["sudo", "-n", *kept, *words]


class UnixConnection(http.client.HTTPConnection):
    """One HTTP connection over a unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


@dataclass(frozen=True)
class Ran:
    """What a program run inside an Engine did."""

    code: int
    output: str


def made_root(suite: str) -> Path:
    """The Debian tree of a suite, made when it is not there. Raises EngineError when it cannot be."""
    root = root_of(suite)
    if not root.is_dir():
        command = as_root(sys.executable, HERE / "roots.py", suite)
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise EngineError(f"no Engine of {suite}: {made.stderr.strip() or made.stdout.strip()}")
    return root


class PrivateEngine:
    """One dockerd of a test's own, called by its release: "20.10" (API 1.41) or "28.5" (API 1.51).

    It holds one image, `busybox:latest`, and cannot reach any network, so it never pulls. Every method raises
    EngineError when the Engine does not do as told.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.suite = SUITES[name]
        self.folder = Path("/nowhere")
        """Also seen inside the Engine under the same path, so bind mounts from it work. Gone after stop()."""
        self.root = self.folder
        """The Debian tree that the Engine comes from, to be read only."""
        self._keeper: subprocess.Popen[str] | None = None
        self._runs = 0
        self._registry = ""
        self._doorways: list[Doorway] = []
        self._certificates: Certificates | None = None
        self._served = ""

    @property
    def socket_path(self) -> Path:
        return self.folder / "docker.sock"

    @property
    def url(self) -> str:
        """What DOCKER_HOST is set to."""
        return f"unix://{self.socket_path}"

    @property
    def api_version(self) -> str:
        """The newest API the Engine speaks, as "1.41" (GET /version)."""
        return str(self.get("/version")["ApiVersion"])

    def start(self) -> None:
        """Start the daemon and give it its image; makes the Debian tree first when there is none yet."""
        self.root = root = made_root(self.suite)
        keeper = as_root(sys.executable, HERE / "keeper.py")
        # straight in /tmp: the path of a unix socket may be no longer than 107 bytes
        self.folder = Path(tempfile.mkdtemp(prefix="wharf-", dir="/tmp"))
        self.folder.chmod(0o711)
        atexit.register(self.stop)
        with tempfile.TemporaryFile("w+") as errors:
            self._keeper = subprocess.Popen(
                [*keeper, self.folder, root, str(os.getgid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # ctrl-c is for the test process, which then ends the Engine in order
            )
            try:
                self._start_daemon()
                self._import_busybox()
            except (EngineError, docker.errors.APIError) as error:
                self.stop()
                errors.seek(0)
                raise EngineError(
                    f"Engine {self.name} does not start: {error}\n{errors.read()}".strip()
                ) from error

    def stop(self) -> None:
        """End the Engine with all it made, running containers too. Does nothing before a start."""
        keeper, self._keeper, self._registry, self._served = self._keeper, None, "", ""
        self._certificates = None
        while self._doorways:
            self._doorways.pop().stop()
        if keeper is None:
            return
        atexit.unregister(self.stop)
        try:
            with contextlib.suppress(BrokenPipeError):
                keeper.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            subprocess.run(as_root("kill", "-KILL", "--", f"-{keeper.pid}"), check=False)
            keeper.wait()
            subprocess.run(as_root("rm", "-rf", "--", self.folder), check=False)
        # gone already, unless the keeper never came to run
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill9(self) -> None:
        """End the daemon as `kill -9` does: its containers go on, its socket refuses."""
        self._ask("kill")

    def freeze(self) -> None:
        """Stop the daemon in its tracks (SIGSTOP): it takes connections and never answers."""
        if not self._ask("signal", signal.SIGSTOP):
            raise EngineError("the daemon is not running")
        # its threads stop one after the other: one of them may still answer
        with contextlib.suppress(TimeoutError):
            while True:
                self.get("/_ping", timeout=0.2)

    def thaw(self) -> None:
        """Let a frozen daemon go on (SIGCONT)."""
        self._ask("signal", signal.SIGCONT)

    def restart(self) -> None:
        """Start the daemon again, after stopping it in order if it runs.

        Containers stay, as on any Engine; one that ignores SIGTERM takes its stop timeout (10 s) to end.
        """
        self._ask("stop", 30.0)
        self._start_daemon()

    def revive(self) -> None:
        """Bring the daemon back from whatever a test did to it; costs next to nothing when it is well."""
        if self._ask("running"):
            self.thaw()
        else:
            # a daemon that finds containers of its forerunner waits for each to end, up to 10 s
            self._ask("kill_containers")
            self._start_daemon()

    def run(self, *command: str, seconds: float = 60.0) -> Ran:
        """Run a program of the Engine's own tree beside the daemon: its docker CLI, compose, buildx, ip …

        DOCKER_HOST is set. Waits up to `seconds` for its end.
        """
        self._runs += 1
        output = f"run-{self._runs}"
        code = self._ask("run", list(command), output, seconds)
        text = (self.folder / output).read_text(errors="replace")
        if code is None:
            raise EngineError(f"{shlex.join(command)} took more than {seconds:g} s:\n{text}")
        return Ran(code, text)

    def spawn(self, *command: str, output: str) -> int:
        """Start a program that goes on until the Engine ends, its output in a file of `folder`.

        Returns its process id inside the Engine.
        """
        return int(self._ask("spawn", list(command), output))

    def end(self, pid: int) -> None:
        """Kill a program that `spawn` started, and its children that are still of its process group."""
        self._ask("end", pid)

    def doorway(self, target: int | Path) -> Doorway:
        """A port of this machine that leads to a TCP port inside, or to a unix socket such as `socket_path`.

        The latter is an Engine on plain tcp. It ends with the Engine, if not before.
        """
        doorway = Doorway(as_root(*relay(self._ask("outer_pid"), target)))
        self._doorways.append(doorway)
        return doorway

    @property
    def certificates(self) -> Certificates:
        """Certificates for this Engine, made when first asked for."""
        if self._certificates is None:
            self._certificates = Certificates(self)
        return self._certificates

    def tls(self, server: str = "server") -> Doorway:
        """A port of this machine where the daemon itself listens, and takes only TLS clients it can verify.

        `server` is the folder of `certificates` it shows: "server" or "expired". The daemon is started again
        unless it shows those already, and keeps listening there.
        """
        if self._served != server:
            shown = self.certificates.folder / server
            files = [f"--tls{name}={shown / name}.pem" for name in ("cert", "key")]
            files += ["--tlsverify", f"--tlscacert={shown / 'ca.pem'}"]
            self._ask("listen", ["--host", f"tcp://127.0.0.1:{TLS_PORT}", *files])
            self.kill9()  # in a third of the time of an orderly stop
            self._start_daemon()
            self._served = server
        return self.doorway(TLS_PORT)

    def sshd(self, max_sessions: int = 3) -> Sshd:
        """Start a host to reach the Engine at by ssh."""
        return Sshd(self, max_sessions)

    def podman(self) -> Podman:
        """Start Podman's service beside the daemon; only in the newer suite."""
        return Podman(self, busybox(self.root))

    def registry(self) -> str:
        """Address of a registry beside the daemon, to push to and pull from; the first call starts it."""
        if not self._registry:
            config = self.folder / "registry.json"
            storage = {
                "filesystem": {"rootdirectory": "/var/lib/docker-registry"},
                "delete": {"enabled": True},
            }
            address = "127.0.0.1:5000"  # a loopback address needs no TLS
            config.write_text(json.dumps({"version": "0.1", "storage": storage, "http": {"addr": address}}))
            self.spawn("docker-registry", "serve", str(config), output="registry")
            deadline = time.monotonic() + 10
            while self.run("busybox", "wget", "-q", "-O", "-", f"http://{address}/v2/").code:
                if time.monotonic() > deadline:
                    raise EngineError(f"no registry: {(self.folder / 'registry').read_text()}")
            self._registry = address
        return self._registry

    def get(self, path: str, timeout: float = 10.0) -> Any:
        """GET a path of the API and return the decoded JSON (or text). Raises OSError as the socket does."""
        connection = UnixConnection(self.socket_path, timeout)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise EngineError(f"GET {path}: {answer.status} {body.decode(errors='replace')}")
            return json.loads(body) if "json" in answer.headers["Content-Type"] else body.decode()
        finally:
            connection.close()

    def log_tail(self, lines: int = 5) -> str:
        """The last lines of the daemon's own log."""
        log = self.folder / "log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""

    def _start_daemon(self) -> None:
        self._ask("start")
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.get("/_ping", timeout=5)
                return
            except OSError as error:
                if time.monotonic() > deadline or not self._ask("running"):
                    raise EngineError(
                        f"dockerd does not answer ({error}); its log ends:\n{self.log_tail()}"
                    ) from error
                time.sleep(0.05)

    def _import_busybox(self) -> None:
        api = docker.APIClient(base_url=self.url, version="auto")
        try:
            api.import_image_from_data(busybox(self.root), "busybox", "latest", changes=['CMD ["sh"]'])
        finally:
            api.close()

    def _ask(self, request: str, *arguments: object) -> Any:
        keeper = self._keeper
        if keeper is None or keeper.stdin is None or keeper.stdout is None:
            raise EngineError(f"Engine {self.name} has not been started")
        with contextlib.suppress(BrokenPipeError):
            keeper.stdin.write(json.dumps([request, *arguments]) + "\n")
            keeper.stdin.flush()
        line = keeper.stdout.readline()
        if not line:
            raise EngineError(f"Engine {self.name} ended by itself; its log ends:\n{self.log_tail()}")
        answer = json.loads(line)
        if "error" in answer:
            raise EngineError(answer["error"])
        return answer["result"]


def main(say: Callable[[str], object]) -> None:
    """Start the Engine named on the command line and keep it until ctrl-c or SIGTERM."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "28"
    name = next((name for name in SUITES if name.startswith(wanted)), None)
    if name is None:
        sys.exit(f"no Engine {wanted}; there are: {', '.join(SUITES)}")
    engine = PrivateEngine(name)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if not root_of(engine.suite).is_dir():
            say(f"# making a Debian tree in {CACHE}, once; this takes a minute")
        engine.start()
        say(f"export DOCKER_HOST={engine.url}")
        say(f"# Engine {name}, API {engine.api_version}, until ctrl-c")
        signal.pause()
    except EngineError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        say("# ended")
    finally:
        engine.stop()


if __name__ == "__main__":
    main(lambda line: print(line, flush=True))  # noqa: T201
