"""The demo's shell: it reads lines, runs the few commands there are, and remembers where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from posixpath import basename, join, normpath

from tui.demo.files import Files, family, files_of
from tui.demo.formats import repository
from tui.demo.process import INTERRUPTED, Process
from tui.demo.shell_words import Pipeline, ShellError, Simple, parse

SHELLS = ("sh", "bash", "ash")
NOT_FOUND = 127
MISUSED = 2


class Leave(Exception):
    """The shell ends with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Call:
    """One run of one command."""

    shell: Shell
    args: list[str]
    """Without the command's own name."""
    in_columns: bool
    """Whether the output goes to a terminal, and not through a pipe or to a file."""
    piped: bytes | None
    """What came through a pipe or from a file; None when it reads the process's input."""
    out: Callable[[str], None]
    error: Callable[[str], None]

    async def lines(self) -> list[str]:
        """The whole input, line by line."""
        if self.piped is not None:
            return self.piped.decode(errors="replace").splitlines()
        found = []
        while (line := await self.shell.process.line()) is not None:
            found.append(line)
        return found

    def read(self, path: str) -> str | None:
        """A file's text; says why, and is None, when it cannot be read."""
        whole, files = self.shell.path(path), self.shell.files
        if files.is_folder(whole):
            self.error(f"{path}: Is a directory\n")
        elif (content := files.read(whole)) is not None:
            return content.decode(errors="replace")
        else:
            self.error(f"{path}: No such file or directory\n")
        return None


Command = Callable[[Call], Awaitable[int]]


class Shell:
    """A shell in a container, or whatever else was started there."""

    def __init__(self, process: Process, folder: str = "", env: dict[str, str] | None = None) -> None:
        self.process = process
        self.env = dict(process.env if env is None else env)
        self.folder = folder or process.folder
        self.code = 0
        """Of the last command."""

    @property
    def files(self) -> Files:
        """The container's files."""
        return files_of(self.process.container)

    def path(self, path: str) -> str:
        """As an absolute path."""
        return normpath(join(self.folder, path.replace("~", self.env.get("HOME", "/root"), 1)))

    @property
    def prompt(self) -> str:
        """What the shell says before each line; nothing without a terminal."""
        if not self.process.tty:
            return ""
        sign = "#" if self.process.user in ("root", "0") else "$"
        if family(self.process.container.image) == "alpine":
            return f"{self.folder} {sign} "
        user = "root" if sign == "#" else self.process.user
        return f"{user}@{self.process.container.config['Hostname']}:{self.folder}{sign} "

    async def program(self, argv: list[str]) -> int:
        """Run what a process was started with; returns its exit code."""
        try:
            return await self._simple(Simple(argv), None)
        except Leave as left:
            return left.code

    async def interactive(self) -> int:
        """Read line after line and run each; returns the last exit code."""
        while (line := await self.process.line(self.prompt)) is not None:
            try:
                self.code = await self._in_front(line)
            except Leave as left:
                return left.code
        if self.process.tty:
            self.process.write(1, "exit\n" if "@" in self.prompt else "\n")
        return self.code

    async def run(self, line: str) -> int:
        """Run a line; returns its exit code. Raises Leave."""
        try:
            pipelines = parse(line, {})
        except ShellError as error:
            self.process.write(2, f"sh: {error}\n")
            return MISUSED
        for number in range(len(pipelines)):
            # read anew: what ran before may have changed a variable
            pipeline = parse(line, {**self.env, "?": str(self.code)})[number]
            if pipeline.join == ";" or (pipeline.join == "&&") == (self.code == 0):
                self.code = await self._pipeline(pipeline)
        return self.code

    async def _in_front(self, line: str) -> int:
        running = asyncio.ensure_future(self.run(line))
        self.process.foreground = running
        try:
            await asyncio.wait([running])
        finally:
            self.process.foreground = None
            running.cancel()
        return INTERRUPTED if running.cancelled() else running.result()

    async def _pipeline(self, pipeline: Pipeline) -> int:
        piped: bytes | None = None
        for command in pipeline.commands[:-1]:
            gathered: list[str] = []
            await self._simple(command, piped, gathered.append)
            piped = "".join(gathered).encode()
        return await self._simple(pipeline.commands[-1], piped)

    async def _simple(
        self, command: Simple, piped: bytes | None, gather: Callable[[str], None] | None = None
    ) -> int:
        """Run one command with its streams where they belong."""
        process = self.process
        out: Callable[[str], None] = gather or (lambda text: process.write(1, text))
        error: Callable[[str], None] = lambda text: process.write(2, text)  # noqa: E731
        if command.source:
            piped = self.files.read(self.path(command.source))
            if piped is None:
                error(f"sh: {command.source}: No such file or directory\n")
                return 1
        written: list[str] = []
        if command.target:
            if not self.files.is_folder(self.path(command.target).rpartition("/")[0] or "/"):
                error(f"sh: can't create {command.target}: nonexistent directory\n")
                return 1
            out = written.append
        if command.to_errors:
            out = error
        if command.errors == "1":
            error = out
        elif command.errors:
            error = lambda text: None  # noqa: E731
        try:
            if not command.words:
                return self.code
            in_columns = process.tty and gather is None and not command.target
            return await self._named(command.words, in_columns, piped, out, error)
        finally:
            if command.target:
                self._save(command, "".join(written).encode())

    def _save(self, command: Simple, content: bytes) -> None:
        path = self.path(command.target)
        before = self.files.read(path) or b""
        self.files.write(path, before + content if command.append else content)

    async def _named(
        self,
        words: list[str],
        in_columns: bool,
        piped: bytes | None,
        out: Callable[[str], None],
        error: Callable[[str], None],
    ) -> int:
        name, *args = words
        key, equals, value = name.partition("=")
        if equals and key.isidentifier() and not args:
            self.env[key] = value
            return 0
        if basename(name) in SHELLS and self.has(basename(name)):
            return await self._nested(args, piped)
        if name == "exec":
            self.process.argv = args or self.process.argv
            raise Leave(await self._named(args, in_columns, piped, out, error) if args else 0)
        if name == "exit":
            raise Leave(int(args[0]) % 256 if args and args[0].isdecimal() else self.code)
        if not self.has(basename(name)):
            error(f"sh: {name}: not found\n")
            return NOT_FOUND
        label = f"{basename(name)}: "
        call = Call(self, args, in_columns, piped, out, lambda text: error(label + text))
        return await commands()[basename(name)](call)

    async def _nested(self, args: list[str], piped: bytes | None) -> int:
        inner = Shell(self.process, self.folder, self.env)
        try:
            if "-c" in args:
                return await inner.run(args[args.index("-c") + 1])
            if piped is not None:
                return await inner.run(piped.decode(errors="replace"))
            return await inner.interactive()
        except Leave as left:
            return left.code

    def has(self, name: str) -> bool:
        """Whether the container has this command."""
        return has_command(self.process.container.image, name)


@cache
def commands() -> dict[str, Command]:
    """Every command by its name."""
    from tui.demo import commands_files, commands_system

    return {**commands_files.COMMANDS, **commands_system.COMMANDS}


ONLY_IN = {
    "redis-cli": ("redis",),
    "psql": ("postgres",),
    "nginx": ("nginx",),
    "python": ("shop/app", "shop/worker", "shop/mailer", "shop/tools", "python"),
    "node": ("node",),
    "hello": ("hello-world",),
}
"""Commands that only some images have, by repository."""


def has_command(image: str, name: str) -> bool:
    """Whether an image has a shell command of this name, as far as the demo plays it."""
    if name in ONLY_IN:
        return repository(image) in ONLY_IN[name]
    if name == "bash":
        return family(image) != "alpine"
    if name == "ash":
        return family(image) == "alpine"
    return name in ("sh", "exit", "exec") or name in commands()
