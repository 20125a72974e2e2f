"""What ssh asks a person: a password, a passphrase, whether a host's key is the right one."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import threading
from collections.abc import Callable
from typing import NamedTuple


class SSHQuestion(NamedTuple):
    """A question of ssh."""

    host: str
    """The host that is to be reached; the question may be about one on the way."""
    words: str
    """ssh's own text, of several lines at times: what it said since the last question, then the question."""
    secret: bool
    """Whether the answer must not be seen."""
    confirm: bool
    """Whether the answer is yes or no; the fingerprint of a host's key counts as a yes too."""
    over: threading.Event | None = None
    """Set once ssh does not wait for the answer any more."""

    @property
    def notice(self) -> bool:
        """Whether no answer is waited for: ssh only says something, that a key has to be touched."""
        return not self.secret and not self.confirm


Ask = Callable[[SSHQuestion], str | None]
"""Asks a person on whatever thread it is called, and waits for the answer; None cancels."""

_YES_OR_NO = ("(yes/no", "please type 'yes'")


class Questions:
    """Takes the questions that ssh asks by its askpass program, one connection each."""

    def __init__(
        self, path: str, host: str, ask: Ask, said: Callable[[], str], changed: Callable[[], None]
    ) -> None:
        """Listen on a unix socket at `path`; `changed` is called when a question opens or ends.

        `said` is asked for what ssh said since the last question, "" when it is nothing.
        """
        self.path = path
        self.cancelled = False
        """Whether a person did not want to answer."""
        self._host = host
        self._ask = ask
        self._said = said
        self._changed = changed
        self._lines: set[socket.socket] = set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._wake, self._woken = socket.socketpair()
        threading.Thread(target=self._serve, name="ssh asks", daemon=True).start()

    @property
    def asking(self) -> bool:
        """Whether a question is open."""
        return bool(self._lines)

    def close(self) -> None:
        """Take no more questions; the open ones are over. May be called again."""
        self._wake.close()
        for line in tuple(self._lines):
            with contextlib.suppress(OSError):  # it may end by itself at this very moment
                line.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        with self._listener, self._woken:
            while self._woken not in select.select([self._listener, self._woken], [], [])[0]:
                line, _ = self._listener.accept()
                threading.Thread(target=self._take, args=(line,), name="ssh asks", daemon=True).start()

    def _take(self, line: socket.socket) -> None:
        """Put one question and send the answer, if ssh still waits for it."""
        with line, contextlib.suppress(OSError):
            with line.makefile("rb") as reader:
                asked = json.loads(reader.readline() or b"{}")
            if not asked:
                return
            over = threading.Event()
            question = _question(self._host, asked["words"], asked["hint"], over)
            question = question._replace(words="\n".join(filter(None, (self._said(), question.words))))
            self._lines.add(line)
            self._changed()
            threading.Thread(target=_until_over, args=(line, over), name="ssh waits", daemon=True).start()
            try:
                answer = self._ask(question)
                if answer is not None:
                    line.sendall(answer.encode() + b"\n")
                elif not question.notice and not over.is_set():
                    self.cancelled = True
            finally:
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
                self._lines.discard(line)
                self._changed()


def _question(host: str, words: str, hint: str, over: threading.Event) -> SSHQuestion:
    """What ssh asks, by its words and by SSH_ASKPASS_PROMPT: "confirm", "none" for a notice, or nothing."""
    confirm = hint == "confirm" or any(known in words.lower() for known in _YES_OR_NO)
    return SSHQuestion(host, words, secret=not confirm and hint != "none", confirm=confirm, over=over)


def _until_over(line: socket.socket, over: threading.Event) -> None:
    """Wait until the askpass program ends or got its answer."""
    with contextlib.suppress(OSError):
        line.recv(1)
    over.set()
