"""Words of a shell line as bash splits them, without expanding anything."""

from __future__ import annotations

import re
from dataclasses import dataclass

MASKED = "\0"
"""Stands for a quoted character where only unquoted ones count."""

_EXPANSION = re.compile(r"\$(?:[A-Za-z_]\w*|[0-9@*#?$!-])")
_TILDE = re.compile(r"(?:[A-Za-z_]\w*=(?:.*:)?)?(~[\w./-]*)")
_BRACES = re.compile(r"\{([^{}]*)\}")
_OPERATORS = re.compile(r"&&|\|\||;;|&>>?|>>|<<<|<<-?|[<>]&|\|&|[;&|<>()]")
_CONTINUED = re.compile(r"\\[ \t]*\n(?:[ \t]*>[ \t])?|`\n")
_ESCAPES = {
    "a": 7,
    "b": 8,
    "e": 27,
    "E": 27,
    "f": 12,
    "n": 10,
    "r": 13,
    "t": 9,
    "v": 11,
    "\\": 92,
    "'": 39,
    '"': 34,
    "?": 63,
}
_CODES = re.compile(
    r"x([0-9a-fA-F]{1,2})|([0-7]{1,3})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|c(.)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word, its quotes taken away."""

    text: str
    unexpanded: str = ""
    """The first part that a shell would have put something else in the place of, as written; "" is none."""
    globs: bool = False
    """Whether a shell would have looked for files of this name."""


@dataclass(frozen=True, slots=True)
class Command:
    """What stands between two operators of a shell."""

    words: tuple[Word, ...]
    text: str
    """As written, its operator in front: `&& docker ps`."""


def read_commands(text: str) -> tuple[Command, ...]:
    """All commands of a text. Raises ValueError when a quote or a bracket is never closed."""
    return _Lexer(text.replace("\r\n", "\n").replace("\r", "\n")).read()


class _Lexer:
    """Reads a text once, from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._began = 0
        self._commands: list[Command] = []
        self._words: list[Word] = []
        self._chars: list[str] | None = None
        """The word that is being read; None between words."""
        self._plain: list[str] = []
        """The same, what was quoted as `MASKED`."""
        self._unexpanded = ""

    def read(self) -> tuple[Command, ...]:
        while self._at < len(self._text):
            self._step(self._text[self._at])
        self._end_command(len(self._text))
        return tuple(self._commands)

    def _step(self, char: str) -> None:
        if continued := _CONTINUED.match(self._text, self._at):
            self._at = continued.end()
        elif char in " \t":
            self._end_word()
            self._at += 1
        elif char == "\n":
            self._end_command(self._at)
            self._at += 1
            self._began = self._at
        elif char == "#" and self._chars is None:
            self._comment()
        elif operator := _OPERATORS.match(self._text, self._at):
            self._operator(operator[0])
        elif char == "\\":
            self._add(self._text[self._at + 1 : self._at + 2])
            self._at += 2
        elif char == "'":
            end = self._closing("'", self._at + 1)
            self._add(self._text[self._at + 1 : end])
            self._at = end + 1
        elif char == '"':
            self._double()
        elif char in "$`":
            self._dollar(quoted=False)
        else:
            self._add(char, plain=True)
            self._at += 1

    def _add(self, text: str, *, plain: bool = False) -> None:
        if self._chars is None:
            self._chars, self._plain, self._unexpanded = [], [], ""
        self._chars.append(text)
        self._plain.append(text if plain else MASKED * len(text))

    def _end_word(self) -> None:
        if self._chars is None:
            return
        plain = "".join(self._plain)
        found = self._unexpanded
        if not found and (tilde := _TILDE.match(plain)):
            found = tilde[1]
        for braces in _BRACES.finditer(plain):
            if not found and ("," in braces[1] or ".." in braces[1]):
                found = "".join(self._chars)[braces.start() : braces.end()]
        self._words.append(Word("".join(self._chars), found, bool(set(plain) & set("*?"))))
        self._chars = None

    def _end_command(self, end: int) -> None:
        self._end_word()
        if text := self._text[self._began : end].strip():
            self._commands.append(Command(tuple(self._words), text))
        self._words = []
        self._began = end

    def _comment(self) -> None:
        """A comment is no part of a command, nor of its text."""
        self._end_command(self._at)
        end = self._text.find("\n", self._at)
        self._at = self._began = len(self._text) if end < 0 else end

    def _operator(self, operator: str) -> None:
        end = self._at
        if operator[0] in "<>" and self._chars is not None and "".join(self._plain).isdigit():
            # the 2 of 2>&1
            end -= len(self._chars)
            self._chars = None
        self._end_command(end)
        self._at += len(operator)
        if operator[0] in "<>" or operator.startswith("&>"):
            self._words = [Word(operator)]

    def _closing(self, mark: str, start: int) -> int:
        end = self._text.find(mark, start)
        if end < 0:
            raise ValueError(f"A {mark} is opened and never closed.")
        return end

    def _double(self) -> None:
        """What stands in double quotes."""
        self._add("")
        self._at += 1
        while (char := self._text[self._at : self._at + 1]) != '"':
            following = self._text[self._at + 1 : self._at + 2]
            if not char:
                raise ValueError('A " is opened and never closed.')
            if char == "\\" and following == "\n":
                self._at += 2
            elif char == "\\" and following and following in '$`"\\':
                self._add(following)
                self._at += 2
            elif char in "$`":
                self._dollar(quoted=True)
            else:
                self._add(char)
                self._at += 1
        self._at += 1

    def _dollar(self, *, quoted: bool) -> None:
        """What a shell would expand, kept as it is written; or `$'…'`."""
        following = self._text[self._at + 1 : self._at + 2]
        if not quoted and following == "'":
            self._escaped()
            return
        if not quoted and following == '"':
            self._at += 1
            return
        if self._text[self._at] == "`":
            end = self._closing("`", self._at + 1) + 1
        elif following and following in "({":
            end = self._bracketed(self._at + 1, following)
        elif named := _EXPANSION.match(self._text, self._at):
            end = named.end()
        else:
            self._add("$")
            self._at += 1
            return
        self._add(self._text[self._at : end])
        self._unexpanded = self._unexpanded or self._text[self._at : end]
        self._at = end

    def _bracketed(self, start: int, opening: str) -> int:
        """Where the bracket that opens at `start` is closed, and one further."""
        closing, depth = {"(": ")", "{": "}"}[opening], 0
        for place in range(start, len(self._text)):
            depth += (self._text[place] == opening) - (self._text[place] == closing)
            if not depth:
                return place + 1
        raise ValueError(f"A ${opening} is opened and never closed.")

    def _escaped(self) -> None:
        """`$'…'`: escapes are bytes, as bash takes them."""
        found = bytearray()
        place = self._at + 2
        while (char := self._text[place : place + 1]) != "'":
            following = self._text[place + 1 : place + 2]
            if not char:
                raise ValueError("A $' is opened and never closed.")
            if char != "\\" or not following:
                found += char.encode(
                    "utf-8", "surrogateescape" if "\udc80" <= char <= "\udcff" else "surrogatepass"
                )
                place += 1
            elif following in _ESCAPES:
                found.append(_ESCAPES[following])
                place += 2
            elif code := _CODES.match(self._text, place + 1):
                found += _bytes(code)
                place = code.end()
            else:
                found += b"\\"
                place += 1
        # no argument can hold a NUL: bash ends the word there
        self._add(bytes(found).partition(b"\0")[0].decode("utf-8", "surrogateescape"))
        self._at = place + 1


def _bytes(code: re.Match[str]) -> bytes:
    in_hex, in_octal, short, long, control = code.groups()
    if in_hex or in_octal:
        return bytes([int(in_hex, 16) if in_hex else int(in_octal, 8) & 0xFF])
    if control:
        return bytes([ord(control.upper()) & 0x1F])
    point = int(short or long, 16)
    return chr(point).encode("utf-8", "surrogatepass") if point < 0x110000 else code[0].encode()
