"""A command at work in a container of the demo: what it reads and writes, and how it ends."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Callable, Sequence

from tui.demo.files import account
from tui.demo.line_editor import LineEditor
from tui.demo.models import Container
from tui.demo.watch import Watch
from tui.demo.world import World

KILLED = 137
INTERRUPTED = 130
LONGEST_LOOK = 5.0
"""Seconds after which a sleeping process looks at the world's clock again."""

LOWEST_NUMBER = 30
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Output = Callable[[int, bytes], None]
"""Takes what a process writes, with 1 for stdout or 2 for stderr."""


class Process:
    """One command. Lives in the loop of the server; `kill` alone may be called from other threads."""

    def __init__(
        self,
        world: World,
        container: Container,
        argv: Sequence[str],
        output: Output,
        *,
        tty: bool,
        env: Sequence[str] = (),
        folder: str = "",
        user: str = "",
        exec_id: str = "",
    ) -> None:
        self.world = world
        self.container = container
        self.argv = list(argv)
        self.tty = tty
        self.exec_id = exec_id
        """Of which exec it is; "" for the main process."""
        self.user = user or container.config["User"] or "root"
        self.account = account(container.image, self.user)
        self.folder = folder or container.config["WorkingDir"] or "/"
        own = (PATH, f"HOSTNAME={container.config['Hostname']}", *(["TERM=xterm"] if tty else []))
        self.env = dict(entry.partition("=")[::2] for entry in (*own, *env))
        self.env.setdefault("HOME", self.account.home)
        container.spawned += 1
        self.number = 1 if self.is_main else LOWEST_NUMBER + container.spawned
        """Its process id as seen from inside."""
        self.size = (24, 80)
        """Rows and columns of its terminal."""
        self.foreground: asyncio.Task[int] | None = None
        """What a shell runs at the moment, and ctrl-c ends."""
        self.editor = LineEditor(self._echo, self._entered, self.interrupt)
        self._output = output
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._over = self._killed = False
        self._signalled = KILLED
        self._typed = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[int] | None = None

    @property
    def is_main(self) -> bool:
        """Whether the container ends with it."""
        return not self.exec_id

    # how it runs

    def start(self, ended: Callable[[int], None]) -> None:
        """Begin; `ended` is told the exit code, in the loop."""
        self._task = self._loop.create_task(self._run())
        self._task.add_done_callback(
            lambda task: ended(self._signalled if task.cancelled() else task.result())
        )

    def kill(self, code: int = KILLED) -> None:
        """End it with this exit code, from any thread."""
        self._killed, self._signalled = True, code
        if self._task is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)

    async def _run(self) -> int:
        from tui.demo.shell import Shell

        return await Shell(self).program(self.argv)

    # what it reads

    def feed(self, data: bytes) -> None:
        """Give it input; b"" when no more will come."""
        if not data:
            self._entered(None)
        elif self.tty:
            self.editor.feed(self._decoder.decode(data))
        else:
            *lines, self._typed = (self._typed + self._decoder.decode(data)).split("\n")
            for line in lines:
                self._entered(f"{line}\n")

    async def line(self, prompt: str = "") -> str | None:
        """The next line of input without its newline; None at the end."""
        line = await self.text(prompt)
        return None if line is None else line.removesuffix("\n")

    async def text(self, prompt: str = "") -> str | None:
        """The next piece of input: a line with its newline, or the rest; None at the end."""
        self.editor.prompt = prompt
        if prompt:
            self.write(1, prompt)
        if self._over and self._lines.empty():
            return None
        text = await self._lines.get()
        self.editor.prompt = ""
        return text

    def interrupt(self) -> None:
        """What ctrl-c does: end what the shell runs, or the line begun, or a program without a shell."""
        if self.foreground is not None:
            self.foreground.cancel()
        elif self.editor.prompt:
            self.write(1, self.editor.prompt)
        elif self._task is not None:
            self._signalled = INTERRUPTED
            self._task.cancel()

    def _entered(self, line: str | None) -> None:
        if line is None and not self.tty:
            self._over = True
            if self._typed:
                self._lines.put_nowait(self._typed)
        self._lines.put_nowait(line)

    # what it writes

    def write(self, stream: int, text: str) -> None:
        """Write text; a terminal has one stream, and goes back to the line's start at its end."""
        if self.tty:
            stream, text = 1, text.replace("\n", "\r\n")
        if text:
            self._output(stream, text.encode("utf-8", "surrogateescape"))

    def _echo(self, text: str) -> None:
        self._output(1, text.encode())

    # how it waits

    def told_of_change(self) -> None:
        """Have those look who wait for a file to grow."""
        with self.world.lock:
            self.world.events.nudge()

    async def sleep(self, seconds: float) -> None:
        """Wait until the world's clock has gone on so far; where it stands still that is never."""
        end = self.world.now() + seconds
        while (left := end - self.world.now()) > 0:
            await self.changed(left)

    async def changed(self, patience: float = LONGEST_LOOK) -> None:
        """Wait until something happens in the world, or so many seconds."""
        with self.world.lock:
            watch = Watch(self.world)
        with watch:
            await watch.next(min(patience, LONGEST_LOOK))
        if self._killed:
            raise asyncio.CancelledError
