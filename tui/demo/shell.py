"""The demo's shell: it reads lines, runs the few commands there are, and remembers where it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cache
from posixpath import basename, dirname, join, normpath

from tui.demo import programs
from tui.demo.files import Files, family, files_of
from tui.demo.process import INTERRUPTED, Process
from tui.demo.shell_fields import Fields
from tui.demo.shell_words import Command, Pipeline, Redirect, ShellError, parse

NOT_FOUND = 127
MISUSED = 2

Write = Callable[[str], None]


class Leave(Exception):
    """The shell ends with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Streams:
    """Where a command reads and writes."""

    out: Write
    error: Write
    piped: str | None = None
    """What came through a pipe or from a file; None when it reads the process's input."""
    in_columns: bool = False
    """Whether the output goes to a terminal, and not through a pipe or to a file."""


@dataclass
class Call:
    """One run of one command."""

    shell: Shell
    name: str
    args: list[str]
    """Without the command's own name."""
    streams: Streams
    env: dict[str, str]

    def out(self, text: str) -> None:
        """Write to the output."""
        self.streams.out(text)

    def error(self, text: str) -> None:
        """Write a complaint, after the command's name."""
        self.streams.error(f"{self.name}: {text}\n")

    @property
    def gnu(self) -> bool:
        """Whether the image has GNU's commands rather than BusyBox's: they complain in other words."""
        return family(self.shell.process.container.image) != "alpine"

    async def whole(self) -> str:
        """The whole input."""
        if self.streams.piped is not None:
            return self.streams.piped
        found = ""
        while (text := await self.shell.process.text()) is not None:
            found += text
        return found

    def read(self, path: str, opening: str = "") -> str | None:
        """A file's text; None, having said why, when there is none. `opening` begins it for BusyBox."""
        whole, files = self.shell.path(path), self.shell.files
        if files.is_folder(whole):
            self.error(f"{path}: Is a directory" if self.gnu or not opening else "read error: Is a directory")
        elif (content := files.read(whole)) is not None:
            return content.decode(errors="replace")
        else:
            named = path if self.gnu or not opening else f"{opening} '{path}'"
            self.error(f"{named}: No such file or directory")
        return None


Runner = Callable[[Call], Awaitable[int]]


class Shell:
    """A shell in a container, or whatever else was started there."""

    def __init__(self, process: Process, name: str = "", outer: Shell | None = None) -> None:
        self.process = process
        self.name: str = name or (outer.name if outer else "sh")
        self.variables = dict(outer.env if outer else process.env)
        self.exported = set(self.variables)
        self.folder: str = outer.folder if outer else normpath(process.folder)
        self.before = self.folder
        """Where `cd -` goes."""
        self.code = 0
        """Of the last command."""
        self.arguments: list[str] = []
        """What $0, $1 and so on stand for."""

    @property
    def files(self) -> Files:
        """The container's files."""
        return files_of(self.process.container)

    @property
    def env(self) -> dict[str, str]:
        """What commands are given of the variables."""
        return {name: value for name, value in self.variables.items() if name in self.exported}

    def path(self, path: str) -> str:
        """As an absolute path."""
        found = normpath(join(self.folder, path))
        return found[1:] if found.startswith("//") else found

    @property
    def prompt(self) -> str:
        """What the shell says before each line; nothing without a terminal."""
        if not self.process.tty:
            return ""
        account, home = self.process.account, self.variables.get("HOME", "/")
        sign = "#" if not account.number else "$"
        if family(self.process.container.image) != "alpine" and self.name == "sh":
            return f"{sign} "
        folder = self.folder
        if home != "/" and (folder == home or folder.startswith(f"{home}/")):
            folder = "~" + folder.removeprefix(home)
        if family(self.process.container.image) == "alpine":
            return f"{folder} {sign} "
        user = account.name or "I have no name!"
        return f"{user}@{self.process.container.config['Hostname']}:{folder}{sign} "

    def complain(self, text: str, error: Write | None = None) -> None:
        """Say what is wrong, as this sort of shell begins it."""
        dash = self.name == "sh" and family(self.process.container.image) != "alpine"
        (error or self._streams.error)(f"{self.name}: {'1: ' if dash else ''}{text}\n")

    async def program(self, argv: list[str]) -> int:
        """Run what a process was started with; returns its exit code."""
        try:
            return await self._named(argv, self._streams, self.env)
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
            self.process.write(1, "exit\n" if self.name == "bash" else "\n")
        return self.code

    async def run(self, text: str, streams: Streams | None = None) -> int:
        """Run some lines; returns the exit code of the last command. Raises Leave."""
        try:
            script = parse(text)
        except ShellError as error:
            self.complain(str(error), (streams or self._streams).error)
            return MISUSED
        return await self._script(script, streams or self._streams)

    def has(self, name: str) -> bool:
        """Whether the container has this command."""
        return programs.has(self.process.container.image, name)

    @property
    def _streams(self) -> Streams:
        process = self.process
        return Streams(
            lambda text: process.write(1, text), lambda text: process.write(2, text), None, process.tty
        )

    async def _in_front(self, line: str) -> int:
        running = asyncio.ensure_future(self.run(line))
        before, self.process.foreground = self.process.foreground, running
        try:
            await asyncio.wait([running])
        finally:
            self.process.foreground = before
            running.cancel()
        return INTERRUPTED if running.cancelled() else running.result()

    async def _script(self, script: list[Pipeline], streams: Streams) -> int:
        for pipeline in script:
            if pipeline.join == ";" or (pipeline.join == "&&") == (self.code == 0):
                code = await self._pipeline(pipeline, streams)
                self.code = int(not code) if pipeline.negated else code
        return self.code

    async def _pipeline(self, pipeline: Pipeline, streams: Streams) -> int:
        piped = streams.piped
        for command in pipeline.commands[:-1]:
            gathered: list[str] = []
            inner = Shell(self.process, outer=self)
            await inner._apart(command, replace(streams, out=gathered.append, piped=piped, in_columns=False))
            piped = "".join(gathered)
        last = replace(streams, piped=piped)
        if len(pipeline.commands) > 1:
            return await Shell(self.process, outer=self)._apart(pipeline.commands[-1], last)
        return await self._command(pipeline.commands[-1], last)

    async def _apart(self, command: Command, streams: Streams) -> int:
        try:
            return await self._command(command, streams)
        except Leave as left:
            return left.code

    async def _command(self, command: Command, streams: Streams) -> int:
        """Run one command with its streams where they belong."""
        fields = self._fields(streams)
        saves: list[Callable[[], None]] = []
        for redirect in command.redirects:
            problem = await self._redirected(redirect, fields, streams, saves)
            if problem:
                self.complain(problem, streams.error)
                return 1
        try:
            if command.group is not None:
                if not command.apart:
                    return await self._script(command.group, streams)
                inner = Shell(self.process, outer=self)
                inner.code = self.code
                return await inner._apart(Command(group=command.group), streams)
            words = [field for word in command.words for field in await fields.many(word)]
            given = {name: await fields.one(word) for name, word in command.assignments}
            if words:
                return await self._named(words, streams, {**self.env, **given})
            self.variables.update(given)
            return self.code if command.words else 0
        finally:
            for save in saves:
                save()

    def _fields(self, streams: Streams) -> Fields:
        async def output(text: str) -> str:
            gathered: list[str] = []
            inner = Shell(self.process, outer=self)
            inner.variables = dict(self.variables)
            with contextlib.suppress(Leave):
                await inner.run(text, replace(streams, out=gathered.append, in_columns=False))
            return "".join(gathered)

        places = {str(number): word for number, word in enumerate(self.arguments or [self.name])}
        special = {"?": str(self.code), "$": str(self.process.number), "#": str(len(places) - 1)}
        held = {**self.variables, "PWD": self.folder, **special, **places}
        return Fields(held, self.files, self.folder, output)

    async def _redirected(
        self, redirect: Redirect, fields: Fields, streams: Streams, saves: list[Callable[[], None]]
    ) -> str:
        """Turn a stream to where it should go; returns what is wrong with that."""
        operator = redirect.operator
        if operator == "2>&1":
            streams.error = streams.out
            return ""
        if operator in ("1>&2", ">&2"):
            streams.out, streams.in_columns = streams.error, False
            return ""
        name = await fields.one(redirect.target)
        path, files = self.path(name), self.files
        if operator == "<":
            content = files.read(path)
            if content is None:
                return f"can't open {name}: no such file"
            streams.piped = content.decode(errors="replace")
            return ""
        if files.is_folder(path):
            return f"can't create {name}: Is a directory"
        if not files.is_folder(dirname(path)):
            return f"can't create {name}: nonexistent directory"
        written: list[str] = []
        now = self.process.world.now()
        if not operator.endswith(">>") or not files.exists(path):
            files.write(path, b"", now)

        def save() -> None:
            if written:
                files.write(path, (files.read(path) or b"") + "".join(written).encode(), now)
                self.process.told_of_change()

        saves.append(save)
        if operator.startswith("2"):
            streams.error = written.append
        else:
            streams.out, streams.in_columns = written.append, False
        return ""

    async def _named(self, words: list[str], streams: Streams, env: dict[str, str]) -> int:
        word, *args = words
        name = basename(word)
        if name in programs.SHELLS and self.has(name):
            return await self._nested(name, args, streams, env)
        if name == "exec":
            if not args:
                return 0
            self.process.argv = args
            raise Leave(await self._named(args, streams, env))
        if name == "exit":
            raise Leave(int(args[0]) % 256 if args and args[0].isdecimal() else self.code)
        if not self.has(name) or ("/" in word and not self.files.exists(self.path(word))):
            bash = self.name == "bash"
            self.complain(f"{word}: {'command not found' if bash else 'not found'}", streams.error)
            return NOT_FOUND
        return await commands()[name](Call(self, name, args, streams, env))

    async def _nested(self, name: str, args: list[str], streams: Streams, env: dict[str, str]) -> int:
        inner = Shell(self.process, name, self)
        inner.variables, inner.exported = dict(env), set(env)
        flags = [word for word in args if word.startswith("-") and len(word) > 1]
        others = args[len(flags) :]
        try:
            if any("c" in flag for flag in flags):
                if not others:
                    self.complain("-c: option requires an argument", streams.error)
                    return MISUSED
                inner.arguments = others[1:]
                return await inner.run(others[0], streams)
            if others:
                script = self.files.read(self.path(others[0]))
                if script is None:
                    self.complain(f"can't open '{others[0]}': No such file or directory", streams.error)
                    return MISUSED
                inner.arguments = others
                return await inner.run(script.decode(errors="replace"), streams)
            if streams.piped is not None:
                return await inner.run(streams.piped, streams)
            return await inner.interactive()
        except Leave as left:
            return left.code


@cache
def commands() -> dict[str, Runner]:
    """Every command by its name."""
    from tui.demo import commands_files, commands_services, commands_system, commands_text

    modules = (commands_files, commands_text, commands_system, commands_services)
    return {name: runner for module in modules for name, runner in module.COMMANDS.items()}
