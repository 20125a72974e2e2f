"""The `docker …` line that does what Wharf does: shown, kept in the journal, copied."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.engine.endpoint import Endpoint

MASK = "***"
"""What stands in the place of a secret."""


@dataclass(frozen=True, slots=True)
class Secret:
    """An argument that only `DockerLine.text` spells out, with an optional visible beginning."""

    value: str = field(repr=False)
    prefix: str = ""
    """What may be seen, such as `PASSWORD=`."""

    @property
    def masked(self) -> str:
        """The prefix and stars."""
        return self.prefix + MASK

    @property
    def spoken(self) -> str:
        """The whole argument with the real secret."""
        return self.prefix + self.value

    def __str__(self) -> str:
        return self.masked


Arg = str | Secret
"""One argument of a docker line."""


@dataclass(frozen=True, slots=True)
class DockerLine:
    """A docker command as a list of arguments; it becomes text only through `quote`."""

    args: tuple[Arg, ...]
    """What follows the word `docker`, and the options that choose an Engine."""
    flags: tuple[str, ...] = ()
    """The options that choose an Engine: `-c`, `prod-1`."""

    @property
    def has_secrets(self) -> bool:
        """Whether `text` says more than `masked`."""
        return any(isinstance(arg, Secret) for arg in self.args)

    def argv(self, *, masked: bool) -> list[str]:
        """All arguments, `docker` first."""
        return ["docker", *self.flags, *(_word(arg, masked) for arg in self.args)]

    def at(self, endpoint: Endpoint) -> DockerLine:
        """The line as it has to be typed for this endpoint, whichever one it was for before."""
        return replace(self, flags=endpoint.flags)

    def masked(self) -> str:
        """The line as it is shown: quoted for bash, secrets as stars."""
        return " ".join(map(quote, self.argv(masked=True)))

    def text(self) -> str:
        """The line with its real secrets: only for the clipboard, and only after asking."""
        return " ".join(map(quote, self.argv(masked=False)))

    def __str__(self) -> str:
        return self.masked()


def _word(arg: Arg, masked: bool) -> str:
    if isinstance(arg, str):
        return arg
    return arg.masked if masked else arg.spoken


def docker(*args: Arg) -> DockerLine:
    """The docker line of these arguments: `docker("rm", "-v", name)`."""
    return DockerLine(args)


# Python calls these printable, yet a terminal paints nothing for them.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    chr(code)
    for block in (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0000, 0xE1000))
    for code in block
}
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\\": r"\\", "'": r"\x27", "!": r"\x21"}


def quote(word: str) -> str:
    """One word of a bash line: as `shlex.quote` writes it, or `$'…'` when a character of it cannot be seen.

    Escapes are bytes of UTF-8 and not `\\u`, which bash obeys in UTF-8 locales only. What the system put
    into a string by surrogateescape becomes its byte again. No argument can hold a NUL: bash ends the
    word there.
    """
    if all(_visible(char) for char in word):
        return shlex.quote(word)
    return f"$'{''.join(_SHORT.get(char) or (char if _visible(char) else _escaped(char)) for char in word)}'"


def _visible(char: str) -> bool:
    return char.isprintable() and char not in _INVISIBLE


def _escaped(char: str) -> str:
    escapes_byte = "\udc80" <= char <= "\udcff"
    encoded = char.encode("utf-8", "surrogateescape" if escapes_byte else "surrogatepass")
    return "".join(f"\\x{byte:02x}" for byte in encoded)


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SECRET_WORDS = re.compile(
    r"auth|oauth|creds?|credentials?|pass|passwords|private|pwd|secrets|tokens|keys?"
    r"|(access|api|auth|private|secret|ssh)key|.*(password|passwd|passphrase|secret|token)"
)
_HARMLESS = frozenset({"PWD", "OLDPWD", "SSH_AUTH_SOCK"})
_URL_WITH_PASSWORD = re.compile(r"\w://[^\s/@:]*:[^\s/@]+@")


def looks_secret(key: str, value: str = "") -> bool:
    """Whether an environment variable or label of this name should be masked, judged word by word.

    A name that only points to a file (`DB_PASSWORD_FILE`) is no secret; a value that is a URL with a
    password in it is one, whatever its name.
    """
    words = [word.lower() for word in _WORD.findall(key)]
    named = key not in _HARMLESS and bool(words) and words[-1] != "file"
    if named and any(_SECRET_WORDS.fullmatch(word) for word in words):
        return True
    return bool(_URL_WITH_PASSWORD.search(value))


def assignment(text: str) -> Arg:
    """A `KEY=VALUE` argument, its value a `Secret` when it looks like one."""
    key, equals, value = text.partition("=")
    if value and looks_secret(key, value):
        return Secret(value, prefix=key + equals)
    return text
