"""One ssh process that brings the socket of an Engine on another machine here."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path

from tui.engine import askpass
from tui.engine.address import SSHAddress
from tui.engine.errors import EngineError, Refused, Unreachable
from tui.engine.places import short_folder
from tui.engine.questions import Ask, Questions, SSHQuestion

__all__ = ["Ask", "SSHQuestion", "Tunnel"]

OPEN_SECONDS = 45.0
"""How long ssh may take until its socket listens, the time in which a person is asked not counted."""
WORDS_SECONDS = 0.3
"""How long ssh may take to say why a connection through it failed."""
LOOKS = (0.01, 0.1)
"""Seconds between two looks for the socket: the first, and the longest."""
LINES, LONGEST_LINE = 40, 1000
"""How much of what ssh says is kept."""
TOLD = 3
"""Lines at the end of it that say why it ended."""

OPTIONS = (
    "ControlMaster=no",  # a master would keep the forward after Wharf has ended
    "ControlPath=none",
    "ClearAllForwardings=no",
    "ExitOnForwardFailure=no",  # one of the person's own forwards may well be taken
    "StreamLocalBindUnlink=yes",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=3",
    "ConnectTimeout=10",
    "PermitLocalCommand=no",
    "LogLevel=INFO",  # with less than this it does not say why a forward failed
)
"""What has to hold whatever the person's ssh config says; all else is left to it."""

WRAPPER = """
folder=$1 group=$2
shift 2
exec 3<&0 </dev/null
trap : TERM HUP INT
"$@" 3<&- &
ssh=$!
{
    trap : TERM HUP INT
    read -r line <&3
    kill -TERM "${group:-$ssh}"
    sleep 1
    rm -rf -- "$folder"
    kill -KILL "${group:-$ssh}"
} >/dev/null 2>&1 &
watch=$!
exec 3<&-
exec 2>/dev/null
while kill -0 "$ssh"; do wait "$ssh"; done
kill -KILL "$watch"
[ -z "$group" ] || kill -TERM "$group"
rm -rf -- "$folder"
[ -z "$group" ] || kill -KILL "$group"
"""
"""Runs ssh, and ends it and removes the folder when the pipe from Wharf ends, however Wharf ended.

$1 is the folder, $2 is 0 when ssh has a process group of its own, which then ends with it, the rest is the
command. A job in the background has no stdin, so the pipe is moved; a handler, unlike "ignore", is not
inherited.
"""

_REFUSED = (
    "permission denied (",
    "host key verification failed",
    "too many authentication failures",
    "bad configuration option",
    "bad owner or permissions",
    "administratively prohibited",
)
"""Words of ssh after which another try goes the same way until a person does something."""
_CHANNEL = "open failed: "
"""What stands in the line that says why a connection through the tunnel failed."""
_BESIDE = (_CHANNEL, "Warning: Permanently added")
"""What stands in lines that do not say why ssh ended."""
_CHANGED = "remote host identification has changed"


class Tunnel:
    """A unix socket here that leads to the one of an Engine on another machine, over one ssh process.

    ssh uses the person's own config, agent, jump hosts and known hosts. What it asks goes to `ask`; without
    one it does not ask at all, but with `terminal` it asks on the terminal that Wharf was started in. A
    tunnel is opened once. Every method may be called from any thread.
    """

    def __init__(self, address: SSHAddress, ask: Ask | None = None, *, terminal: bool = False) -> None:
        self.address = address
        self._ask = ask
        self._terminal = terminal
        self._news = threading.Condition()
        self._folder = ""
        self._lifeline = -1
        self._questions: Questions | None = None
        self._lines: deque[str] = deque(maxlen=LINES)
        self._said = self._asked_at = self._stood = 0
        self._started = self._closed = self._ended = False

    @property
    def socket_path(self) -> str:
        """The unix socket here; "" before `open()`."""
        return f"{self._folder}/docker.sock" if self._folder else ""

    @property
    def alive(self) -> bool:
        """Whether ssh runs, and was not told to end."""
        return self._started and not self._ended and not self._closed

    @property
    def words(self) -> str:
        """What ssh said last, in its own lines."""
        with self._news:
            return "\n".join(self._lines)

    @property
    def mark(self) -> int:
        """How many lines ssh has said so far; for `why()`."""
        return self._said

    def open(self) -> None:
        """Start ssh and wait until its socket listens.

        Raises Refused for what only a person can mend, a question that was cancelled among it, Unreachable
        for other failures and after `close()`: both in ssh's own words.
        """
        try:
            with self._news:
                if self._closed:
                    raise Unreachable("the connection was closed")
                self._start()
            self._await()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End ssh; returns at once. May be called again."""
        self._closed = True
        self._let_go()

    def _let_go(self) -> None:
        """Close what keeps ssh alive and what it asks by, and wake whoever waits for it."""
        with self._news:
            lifeline, self._lifeline = self._lifeline, -1
            self._news.notify_all()
        if lifeline >= 0:
            os.close(lifeline)
        if self._questions is not None:
            self._questions.close()

    def why(self, error: EngineError, mark: int) -> EngineError:
        """The failure of a request that was sent at `mark`: in ssh's own words, if the tunnel failed it.

        ssh says so on its own way out, which may take a moment longer than the closed connection.
        """
        with self._news:
            self._news.wait_for(lambda: self._closed or self._ended or self._failed(mark), WORDS_SECONDS)
            if self._ended and not self._closed:
                return self._failure()
            line = self._failed(mark)
            if line is None:
                return error
            return Refused(line) if _only_a_person_mends(line) else Unreachable(line)

    # Starting

    def _start(self) -> None:
        ssh = shutil.which("ssh")
        if ssh is None:
            raise Refused("there is no ssh program on this machine", advice="Install it, or put it on PATH.")
        self._folder = tempfile.mkdtemp(prefix="wharf-ssh-", dir=short_folder(runnable=self._ask is not None))
        try:
            environment = self._environment()
            reading, self._lifeline = os.pipe()
            try:
                process = subprocess.Popen(
                    [*self._wrapper(), ssh, *self._arguments()],
                    stdin=reading,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env=environment,
                    start_new_session=not self._terminal,  # without a terminal, and with a group to end
                )
            finally:
                os.close(reading)
        except OSError as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise Unreachable(f"ssh cannot be started: {error.strerror}") from error
        self._started = True
        threading.Thread(target=self._watch, args=(process,), name="ssh", daemon=True).start()

    def _wrapper(self) -> list[str]:
        return ["/bin/sh", "-c", WRAPPER, "wharf-ssh", self._folder, "" if self._terminal else "0"]

    def _arguments(self) -> list[str]:
        """What ssh is given."""
        options = list(OPTIONS)
        if self._ask is None and not self._terminal:
            options.append("BatchMode=yes")
        port = ["-p", str(self.address.port)] if self.address.port else []
        forward = f"{_path(self.socket_path)}:{_path(self.address.path)}"
        return [
            *("-N", "-T", "-a", "-x"),
            *(word for option in options for word in ("-o", option)),
            *(*port, "-L", forward, "--", self.address.destination),
        ]

    def _environment(self) -> dict[str, str]:
        """The environment of ssh, in which it finds whom to ask."""
        environment = dict(os.environ)
        if self._terminal:
            return environment
        if self._ask is None:
            # a jump host has an ssh of its own, which is not told to be quiet in another way
            environment.pop("SSH_ASKPASS", None)
            return environment | {"SSH_ASKPASS_REQUIRE": "never"}
        self._questions = Questions(
            f"{self._folder}/ask.sock", self.address.host, self._ask, self._later, self._hear
        )
        program = Path(self._folder, "askpass")
        asking = shlex.join((sys.executable, "-I", "-S", askpass.__file__, self._questions.path))
        program.write_text(f'#!/bin/sh\nexec {asking} "$@"\n')
        program.chmod(0o700)
        environment.setdefault("DISPLAY", ":0")  # OpenSSH before 8.4 asks nobody without
        return environment | {"SSH_ASKPASS": str(program), "SSH_ASKPASS_REQUIRE": "force"}

    def _await(self) -> None:
        """Wait until the socket listens. Raises Unreachable."""
        step, longest = LOOKS
        until = time.monotonic() + OPEN_SECONDS
        with self._news:
            while not self._listens():
                if self._questions is not None and self._questions.cancelled:
                    raise Refused(f"ssh asked something to reach {self.address.host}, and got no answer")
                if self._closed:
                    raise Unreachable("the connection was closed")
                if self._ended:
                    raise self._failure()
                if self._terminal or (self._questions is not None and self._questions.asking):
                    until = time.monotonic() + OPEN_SECONDS
                elif time.monotonic() >= until:
                    late = f"ssh timed out: {self.address.host} let nobody in. {self._told()}"
                    raise Unreachable(late.strip())
                self._news.wait(step)
                step = min(1.5 * step, longest)
            self._stood = self._said

    def _listens(self) -> bool:
        """Whether ssh, which lives, takes connections: it makes its socket a moment earlier."""
        if not self.alive:
            return False
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(self.socket_path)
            except OSError:
                return False
        return True

    # Following ssh

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Read what ssh says until it ends, and see that nothing of it stays."""
        reader = threading.Thread(target=self._read, args=(process,), name="ssh words", daemon=True)
        reader.start()
        process.wait()
        reader.join(WORDS_SECONDS)  # something that ssh started may hold its other end for longer
        self._ended = True
        self._let_go()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        with process.stderr as stream, contextlib.suppress(OSError):
            while line := stream.readline(LONGEST_LINE):
                text = line.decode(errors="replace").strip()
                if text:
                    with self._news:
                        self._lines.append(text)
                        self._said += 1
                        self._news.notify_all()

    def _hear(self) -> None:
        """A question was asked, or has its answer."""
        with self._news:
            self._news.notify_all()

    def _later(self) -> str:
        """What ssh said since this was last asked for."""
        with self._news:
            lines, self._asked_at = self._since(self._asked_at), self._said
            return "\n".join(lines)

    def _since(self, mark: int) -> list[str]:
        return list(self._lines)[-(self._said - mark) :] if self._said > mark else []

    def _failed(self, mark: int) -> str | None:
        """The line said after `mark` that tells why a connection through the tunnel failed."""
        return next((line for line in reversed(self._since(mark)) if _CHANNEL in line), None)

    def _failure(self) -> Unreachable:
        """Why ssh ended."""
        told = self._told() or "ssh ended without a word"
        return Refused(told) if _only_a_person_mends(told) else Unreachable(told)

    def _told(self) -> str:
        """The end of what ssh said on its way, on one line; all of it when it warns of another host key."""
        said = dict.fromkeys(self._since(self._stood))
        lines = [line for line in said if not any(word in line for word in _BESIDE)]
        start = next((place for place, line in enumerate(lines) if _CHANGED in line.lower()), -TOLD)
        return " ".join(line.strip("@ ") for line in lines[start:] if line.strip("@ "))


def _only_a_person_mends(words: str) -> bool:
    low = words.lower()
    return any(known in low for known in _REFUSED)


def _path(path: str) -> str:
    """A path as one half of a forward: with what ssh would take for something else made plain."""
    return path.replace("\\", "\\\\").replace(":", "\\:").replace("%", "%%")
