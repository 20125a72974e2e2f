"""Which programs an image of the demo has, and what happens when one is started that it has not."""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import basename, join, normpath

from tui.demo.files import Files, family, shell_less
from tui.demo.formats import repository

SHELLS = ("sh", "bash", "ash")
BUILT_IN = ("exit", "exec", "cd", "export", "unset", "command", "type", "help", ":")
"""Words of the shell itself: no programs that could be started by themselves."""

ONLY_IN = {
    "redis-cli": ("redis",),
    "psql": ("postgres",),
    "pg_isready": ("postgres",),
    "nginx": ("nginx",),
    "python": ("shop/app", "shop/worker", "shop/mailer", "python"),
    "python3": ("shop/app", "shop/worker", "shop/mailer", "python"),
    "node": ("node",),
    "curl": ("nginx", "shop/app", "shop/search"),
    "hello": ("hello-world",),
}
"""Commands that only some images have, by repository."""
SERVICES = ("nginx", "python", "python3", "node")
"""Commands that go on as services when they are a container's main process."""

EVERYWHERE = frozenset(
    (
        *("[", "basename", "cat", "clear", "cp", "cut", "date", "df", "dirname", "echo"),
        *("env", "false", "free", "grep", "head", "hostname", "id", "kill", "ls", "mkdir"),
        *("mount", "mv", "printenv", "printf", "ps", "pwd", "rm", "rmdir", "seq", "sleep"),
        *("sort", "stty", "tail", "tee", "test", "touch", "tr", "true", "uname", "uniq"),
        *("wc", "which", "whoami"),
    )
)
"""Commands that every image with a shell has: known here so that nobody needs to read how they are played."""

MISSING = 127
FORBIDDEN = 126
MISUSED = 128


@dataclass(frozen=True)
class Problem:
    """Why a program cannot be started."""

    code: int
    """The exit code that tells of it."""
    sentence: str
    """In the runtime's words, as Engine 28 passes them on."""


def has(image: str, name: str) -> bool:
    """Whether an image has a command of this name, as far as the demo plays it."""
    if name in ONLY_IN:
        return repository(image) in ONLY_IN[name]
    if shell_less(image):
        return False
    if name == "bash":
        return family(image) != "alpine"
    if name == "ash":
        return family(image) == "alpine"
    return name == "sh" or name in BUILT_IN or name in EVERYWHERE


def problem(image: str, files: Files, word: str, folder: str) -> Problem | None:
    """Why a program cannot be started in a folder; None when it can."""
    if not folder.startswith("/"):
        return Problem(MISUSED, "Cwd must be an absolute path")
    before = "unable to start container process: "
    if not files.is_folder(normpath(folder)):
        text = f'chdir to cwd ("{folder}") set in config.json failed: no such file or directory'
        return Problem(MISSING, before + text)
    before += f'exec: "{word}": '
    if "/" not in word:
        there = has(image, word) and word not in BUILT_IN
        return None if there else Problem(MISSING, f"{before}executable file not found in $PATH")
    path = normpath(join(folder, word))
    if files.is_folder(path):
        return Problem(FORBIDDEN, f"{before}is a directory: permission denied")
    if not files.exists(path):
        return Problem(MISSING, f"{before}stat {word}: no such file or directory")
    return None if has(image, basename(path)) else Problem(FORBIDDEN, f"{before}permission denied")
