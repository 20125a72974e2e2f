"""The lines of a Dockerfile as the builders read them: which instruction each belongs to, and as what."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import NamedTuple

WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})
"""The instructions that may be followed by a text of their own."""

_DIRECTIVE = re.compile(r"#\s*(?P<key>[A-Za-z][A-Za-z0-9]*)\s*=\s*(?P<value>.+)")
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_HEREDOC = re.compile(r"\d*<<(?P<chomp>-?)(?P<name>[^<\s]+)")
# what a shell takes for one word; the alternatives begin differently, so this is linear
_WORD = re.compile(r"""(?:'[^']*'?|"(?:\\.|[^"\\])*"?|\\.?|[^\s'"\\])+""", re.DOTALL)
_QUOTES = re.compile(r"""\\(.)|['"]""", re.DOTALL)
_FLAG = re.compile(r"--(?P<name>[^\s=]*)(?:=(?P<value>(?:'[^']*'?|\"(?:\\.|[^\"\\])*\"?|\\.?|[^\s'\"\\])*))?")
_SPACES = re.compile(r"\s*")
_COMMAND = re.compile(r"\s*(?P<word>\S+)\s*", re.DOTALL)


class Word(NamedTuple):
    """A word, and where it begins in the text of its statement."""

    text: str
    at: int


class Flag(NamedTuple):
    """One of an instruction's own options."""

    name: str
    """Without the dashes."""
    value: str | None
    """None when nothing is set."""
    at: int
    """Where it begins in the text of its statement."""


class Piece(NamedTuple):
    """What one line gives to a statement."""

    line: int
    """From 1."""
    column: int
    """Where in the line it begins, from 0."""
    at: int
    """Where in the text of the statement it begins."""
    text: str


class Heredoc(NamedTuple):
    """A text that follows an instruction."""

    name: str
    """The line that ends it."""
    first: int
    """Its first line, from 1, which is `last` when nothing but the end follows."""
    last: int
    """The line that ends it, or the last one of the file."""
    ended: bool
    at: int
    """Where its name stands in the text of the statement."""


class Directive(NamedTuple):
    """What a comment at the top tells the builder."""

    key: str
    """In small letters: "syntax", "escape" or "check"."""
    value: str
    line: int
    again: bool
    """Whether it was said before."""


class Statement(NamedTuple):
    """One instruction with all of its lines."""

    text: str
    """Its lines joined as the builder joins them: without a space, the comments left out."""
    pieces: tuple[Piece, ...]
    first: int
    """Its first line, from 1."""
    last: int
    """Its last line: that of the last heredoc, if there is one."""
    word: str
    """In capitals: "RUN"."""
    word_at: int
    flags: tuple[Flag, ...]
    operands: str
    """What follows the flags."""
    operands_at: int
    json: tuple[object, ...] | None
    """What the brackets hold when the operands are a list in JSON."""
    heredocs: tuple[Heredoc, ...] = ()
    dangling: bool = False
    """Whether the file ends where the instruction should go on."""

    def place(self, at: int) -> tuple[int, int]:
        """The line, from 1, and the column, from 0, of a place in the text."""
        piece = self.pieces[max(bisect_right(self.pieces, at, key=lambda piece: piece.at) - 1, 0)]
        return piece.line, piece.column + min(max(at - piece.at, 0), len(piece.text))

    @property
    def words(self) -> list[Word]:
        """The operands, told apart by spaces outside of quotes."""
        return words_in(self.operands, self.operands_at)

    @property
    def inner(self) -> Statement | None:
        """What ONBUILD holds back."""
        if self.word != "ONBUILD" or not self.operands:
            return None
        return _statement(self.text, self.pieces, self.operands_at)


class Lines(NamedTuple):
    """All lines of a Dockerfile."""

    statements: tuple[Statement, ...]
    directives: tuple[Directive, ...]
    total: int
    """How many lines there are; the empty one after the last line's end is one."""

    def at(self, line: int) -> Statement | None:
        """The statement that a line, from 1, belongs to."""
        place = bisect_right(self.statements, line, key=lambda statement: statement.first) - 1
        if place < 0 or self.statements[place].last < line:
            return None
        return self.statements[place]

    def is_directive(self, line: int) -> bool:
        """Whether the builder reads this comment."""
        return any(directive.line == line for directive in self.directives)


def words_in(text: str, at: int = 0) -> list[Word]:
    """The words of a text as a shell tells them apart, in their quotes."""
    return [Word(found[0], at + found.start()) for found in _WORD.finditer(text)]


def unquoted(word: str) -> str:
    """A word without its quotes."""
    return _QUOTES.sub(lambda found: found[1] or "", word)


def is_comment(line: str) -> bool:
    """Whether a line, outside of a heredoc, is left out."""
    return line.lstrip().startswith("#")


def json_list(text: str) -> tuple[object, ...] | None:
    """What a list in JSON holds; None when the text is something else."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return tuple(found) if isinstance(found, list) else None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def read(text: str) -> Lines:
    """Tell the lines of a Dockerfile apart, whatever mistakes it holds."""
    if text.startswith("\ufeff"):
        text = f" {text[1:]}"  # columns stay as they are
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    directives = _directives(lines)
    escapes = [directive.value for directive in directives if directive.key == "escape"]
    escape = escapes[0] if escapes and escapes[0] in ("\\", "`") else "\\"
    # an escaped escape character at the end of a line is just that
    goes_on = re.compile(rf"(?<!{re.escape(escape)}){re.escape(escape)}[ \t]*$")
    statements: list[Statement] = []
    at = 0
    while at < len(lines):
        if not lines[at].strip() or is_comment(lines[at]):
            at += 1
            continue
        statement, at = _one(lines, at, goes_on)
        statements.append(statement)
    return Lines(tuple(statements), directives, len(lines))


def _directives(lines: list[str]) -> tuple[Directive, ...]:
    found: list[Directive] = []
    for number, line in enumerate(lines, 1):
        if (match := _DIRECTIVE.fullmatch(line.strip())) is None:
            break
        if (key := match["key"].lower()) in _DIRECTIVES:
            again = any(directive.key == key for directive in found)
            found.append(Directive(key, match["value"], number, again))
    return tuple(found)


def _one(lines: list[str], at: int, goes_on: re.Pattern[str]) -> tuple[Statement, int]:
    """The statement that begins at a line, counted from 0, and the line after it."""
    first, length = at + 1, 0
    pieces: list[Piece] = []
    more = True
    while more and at < len(lines):
        line = lines[at]
        at += 1
        if pieces and (not line.strip() or is_comment(line)):
            continue
        column = 0 if pieces else len(line) - len(line.lstrip())
        end = goes_on.search(line, column)
        part = line[column : end.start() if end else len(line)]
        pieces.append(Piece(at, column, length, part))
        length += len(part)
        more = end is not None
    # what is empty at the end of the file belongs to nothing
    last = at if not more else pieces[-1].line
    statement = _statement("".join(piece.text for piece in pieces), tuple(pieces), 0)
    statement = statement._replace(first=first, last=last, dangling=more)
    return _with_heredocs(statement, lines, last)


def _statement(text: str, pieces: tuple[Piece, ...], begin: int) -> Statement:
    """Take apart what stands in a text from a place on."""
    command = _COMMAND.match(text, begin)
    word, at = (command["word"], command.end()) if command else ("", begin)
    flags: list[Flag] = []
    while (found := _FLAG.match(text, at)) is not None:
        if found["name"]:
            flags.append(Flag(found["name"], found["value"], at))
        at = _after_spaces(text, found.end())
        if not found["name"]:
            break
    operands = text[at:].rstrip()
    return Statement(
        text,
        pieces,
        pieces[0].line,
        pieces[-1].line,
        word.upper(),
        command.start("word") if command else begin,
        tuple(flags),
        operands,
        at,
        json_list(operands),
    )


def _after_spaces(text: str, at: int) -> int:
    found = _SPACES.match(text, at)
    return found.end() if found else at


def _with_heredocs(statement: Statement, lines: list[str], at: int) -> tuple[Statement, int]:
    """A statement with the texts that follow it, and the line after them."""
    core = statement.inner or statement
    if core.word not in WITH_HEREDOC or core.json is not None or "<<" not in core.operands:
        return statement, at
    found: list[Heredoc] = []
    for word in core.words:
        if (match := _HEREDOC.fullmatch(word.text)) is None or not (name := unquoted(match["name"])):
            continue
        first = at + 1
        ended = False
        while not ended and at < len(lines):
            line = lines[at].lstrip("\t") if match["chomp"] else lines[at]
            ended = line == name
            at += 1
        found.append(Heredoc(name, first, at, ended, word.at))
    return statement._replace(heredocs=tuple(found), last=max(at, statement.last)), at
