"""A program `ssh` that does what a test says: it asks, says, forwards a socket, and ends."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import psutil

PROGRAM = """#!{python} -IS
import json, os, signal, socket, subprocess, sys, threading

folder = {folder!r}
with open(folder + "/steps.json") as file:
    steps = json.load(file)
with open(folder + "/runs", "a") as file:
    file.write(json.dumps({{"pid": os.getpid(), "argv": sys.argv[1:], "env": dict(os.environ),
                            "terminal": os.isatty(0), "session": os.getsid(0)}}) + "\\n")

def note(what):
    with open(folder + "/heard", "a") as file:
        file.write(json.dumps(what) + "\\n")

def say(words):
    sys.stderr.write(words + "\\n")
    sys.stderr.flush()

def ask(words, hint=""):
    program = os.environ.get("SSH_ASKPASS")
    done = subprocess.run([program, words], capture_output=True, text=True,
                          env={{**os.environ, **({{"SSH_ASKPASS_PROMPT": hint}} if hint else {{}})}})
    note([done.returncode, done.stdout])

def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass

def listen(failure=""):
    here, there = sys.argv[sys.argv.index("-L") + 1].split(":")
    server = socket.socket(socket.AF_UNIX)
    server.bind(here)
    server.listen(64)
    threading.Thread(target=forward, args=(server, there, failure), daemon=True).start()

def forward(server, there, failure):
    while True:
        near = server.accept()[0]
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(there)
        except OSError as error:
            said = "channel 1: open failed: connect failed: " + os.strerror(error.errno)
        else:
            said = failure
        if said:
            say(said)
            near.close()
            continue
        threading.Thread(target=copy, args=(near, far), daemon=True).start()
        threading.Thread(target=copy, args=(far, near), daemon=True).start()

def wait():
    signal.pause()

def deaf():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

def until():
    told = threading.Event()
    signal.signal(signal.SIGUSR1, lambda number, frame: told.set())
    while not told.wait(0.05):
        pass

def end(code):
    sys.exit(code)

for name, *rest in steps:
    globals()[name](*rest)
"""


class FakeSSH:
    """The program, in a folder that is to stand on PATH, and what it was told and heard."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "ssh"
        program.write_text(PROGRAM.format(python=sys.executable, folder=str(folder)))
        program.chmod(0o755)
        self.does(["listen"], ["wait"])

    def does(self, *steps: list[Any]) -> None:
        """What it does from the next start on, step by step, each a function of the program."""
        (self.folder / "steps.json").write_text(json.dumps(steps))

    @property
    def runs(self) -> list[dict[str, Any]]:
        """How it was started, each time."""
        return self._lines("runs")

    @property
    def heard(self) -> list[list[Any]]:
        """The exit code and output of each question."""
        return self._lines("heard")

    @property
    def left(self) -> list[psutil.Process]:
        """The processes that still run of all that was started with it."""
        sessions = {run["session"] for run in self.runs} - {os.getsid(0)}
        return [process for process in psutil.process_iter() if _session(process) in sessions]

    def _lines(self, name: str) -> list[Any]:
        path = self.folder / name
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _session(process: psutil.Process) -> int:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return -1
        return os.getsid(process.pid)
    except (psutil.NoSuchProcess, ProcessLookupError):
        return -1
