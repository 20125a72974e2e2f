"""How the lines of a Dockerfile look in an editor: what stands where in each, told one line at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from tui.engine.dockerfile_lines import Lines, Piece, Statement, is_comment, read, unquoted
from tui.engine.dockerfile_mistake import Mistake
from tui.engine.dockerfile_rules import mistakes
from tui.engine.dockerfile_words import WORDS

Span = tuple[int, int, str]
"""Where something begins in a line, where it ends, and what it is: "instruction", "flag", "string",
"variable", "comment", "directive", "heredoc", "bracket", "image" or "number"."""

LONGEST = 5000
"""Characters of a line that are looked at."""

_TOKEN = re.compile(
    r"""(?P<escaped>\\.)
    |(?P<variable>\$\{[^}\s]{0,200}\}|\$[A-Za-z_]\w*|\$\d)
    |(?P<string>"(?:\\.|[^"\\])*"?|'[^']*'?)
    |(?P<heredoc>(?<!\S)\d*<<-?['"]?\w+['"]?)
    |(?P<number>(?<![\w.$/:-])\d+(?:\.\d+)*(?![\w.-]))
    |(?P<bracket>[\[\],])""",
    re.VERBOSE,
)
_VARIABLE = re.compile(r"\\.|(?P<variable>\$\{[^}\s]{0,200}\}|\$[A-Za-z_]\w*)")


class Look:
    """A Dockerfile as an editor shows it. Nothing here raises, whatever the text is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._rows = text.split("\n")
        self._lines: Lines = read(text)

    @cached_property
    def problems(self) -> Sequence[Mistake]:
        """What is wrong with it, by lines."""
        return mistakes(self._lines)

    def word(self, line: int) -> str:
        """The instruction that a line, from 1, belongs to, in capitals; "" when it is none that there is."""
        statement = self._lines.at(line)
        if statement is None:
            return ""
        inner = statement.inner
        word = inner.word if inner is not None and inner.word in WORDS else statement.word
        return word if word in WORDS else ""

    def begins(self, line: int) -> bool:
        """Whether an instruction may begin in a line, from 1."""
        statement = self._lines.at(line)
        return statement is None or statement.first == line

    def spans(self, line: int) -> list[Span]:
        """What stands in a line, from 1; a later span lies over an earlier one."""
        if not 0 < line <= len(self._rows):
            return []
        row = self._rows[line - 1]
        statement = self._lines.at(line)
        if statement is not None:
            if any(heredoc.first <= line <= heredoc.last for heredoc in statement.heredocs):
                return [(0, len(row), "heredoc")]
            piece = next((piece for piece in statement.pieces if piece.line == line), None)
            if piece is not None:
                return _in_piece(statement, piece)
        if is_comment(row):
            return [(0, len(row), "directive" if self._lines.is_directive(line) else "comment")]
        return []


def _in_piece(statement: Statement, piece: Piece) -> list[Span]:
    found: list[Span] = []
    end = piece.at + min(len(piece.text), LONGEST)

    def add(start: int, stop: int, kind: str) -> None:
        """Note the part of a place in the statement that stands in this line."""
        start, stop = max(start, piece.at), min(stop, end)
        if start < stop:
            shift = piece.column - piece.at
            found.append((start + shift, stop + shift, kind))

    inner = statement.inner
    last = inner or statement
    for each in (statement, inner) if inner is not None else (statement,):
        if each.word in WORDS:
            add(each.word_at, each.word_at + len(each.word), "instruction")
        for flag in each.flags:
            add(flag.at, flag.at + len("--") + len(flag.name), "flag")
    is_list = last.json is not None
    begin = max(piece.at, last.flags[0].at if last.flags else last.operands_at)
    for token in _TOKEN.finditer(statement.text, min(begin, end), end):
        kind = token.lastgroup or ""
        if kind == "escaped" or (kind == "bracket" and not is_list):
            continue
        add(*token.span(), kind)
        if kind == "string" and token[0].startswith('"'):
            for variable in _VARIABLE.finditer(statement.text, *token.span()):
                if variable["variable"]:
                    add(*variable.span(), "variable")
    if last.word == "FROM":
        _in_from(last, add)
    return found


def _in_from(statement: Statement, add: Callable[[int, int, str], None]) -> None:
    words = statement.words
    if words:
        at, text = words[0].at, words[0].text
        add(at, at + len(text), "image")
        for variable in _VARIABLE.finditer(text):
            if variable["variable"]:
                add(at + variable.start(), at + variable.end(), "variable")
    if len(words) > 1 and unquoted(words[1].text).upper() == "AS":
        add(words[1].at, words[1].at + len(words[1].text), "instruction")
