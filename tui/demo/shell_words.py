"""A line of shell as the demo reads it: quotes, variables, pipes, redirections, and what joins commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

OPERATORS = ("&&", "||", ">>", "2>&1", "1>&2", ">&2", "2>", ";", "|", ">", "<", "&", "\n")
JOINS = ("&&", "||", ";", "&", "\n")
VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+)|(\?))")


class ShellError(Exception):
    """The line cannot be read; the text is what a shell says."""


class Operator(str):
    """A word that joins or redirects; a quoted one is an ordinary word."""


@dataclass
class Simple:
    """One command with where its streams go."""

    words: list[str] = field(default_factory=list)
    source: str = ""
    """Path that is read instead of the input; "" for none."""
    target: str = ""
    append: bool = False
    to_errors: bool = False
    """Whether the output goes where the errors go."""
    errors: str = ""
    """"1" when errors go where the output goes, else a path; "" for neither."""


@dataclass
class Pipeline:
    """Commands joined by pipes, and when they run."""

    join: str
    """What stands before it: "&&", "||", or ";" for always."""
    commands: list[Simple]


def parse(line: str, variables: Mapping[str, str]) -> list[Pipeline]:
    """The pipelines of a line. Variables are filled in from what they are now. Raises ShellError."""
    found = [Pipeline(";", [Simple()])]
    words = iter(_words(line, variables))
    for word in words:
        command = found[-1].commands[-1]
        if not isinstance(word, Operator):
            command.words.append(word)
        elif word in JOINS:
            if not command.words and word not in ("\n", "&"):
                raise ShellError(f'syntax error: unexpected "{word}"')
            found.append(Pipeline(word if word in ("&&", "||") else ";", [Simple()]))
        elif word == "|":
            if not command.words:
                raise ShellError('syntax error: unexpected "|"')
            found[-1].commands.append(Simple())
        elif word == "2>&1":
            command.errors = "1"
        elif word in ("1>&2", ">&2"):
            command.to_errors = True
        else:
            path = next(words, Operator("newline"))
            if isinstance(path, Operator):
                raise ShellError(f'syntax error: unexpected "{path}"')
            _redirect(command, word, path)
    if found[-1].join != ";" and not found[-1].commands[0].words and "$" not in line:
        raise ShellError('syntax error: unexpected "newline"')
    return found


def _redirect(command: Simple, operator: str, path: str) -> None:
    if operator == "<":
        command.source = path
    elif operator == "2>":
        command.errors = path
    else:
        command.target, command.append = path, operator == ">>"


def _words(line: str, variables: Mapping[str, str]) -> list[str]:
    found: list[str] = []
    word: str | None = None
    at = 0
    while at < len(line):
        char = line[at]
        if word is None and char == "#":
            at = line.find("\n", at)
            at = len(line) if at < 0 else at
        elif operator := next((one for one in OPERATORS if line.startswith(one, at)), ""):
            if operator[0] in "12" and word is not None:
                # a digit at a word's end belongs to the word
                word, at = word + char, at + 1
                continue
            found += [] if word is None else [word]
            word = None
            found.append(Operator(operator))
            at += len(operator)
        elif char in " \t":
            found += [] if word is None else [word]
            word, at = None, at + 1
        elif char in "'\"":
            end = _end_of_quote(line, at)
            inside = line[at + 1 : end]
            if char == '"':
                inside = _filled(inside, variables).replace('\\"', '"').replace("\\\\", "\\")
            word, at = (word or "") + inside, end + 1
        elif char == "\\" and at + 1 < len(line):
            word, at = (word or "") + line[at + 1], at + 2
        elif char == "$" and (name := VARIABLE.match(line, at)):
            value = _value(name, variables)
            # an unquoted variable that holds nothing is no word at all
            word, at = (word or "") + value if value or word is not None else None, name.end()
        else:
            word, at = (word or "") + char, at + 1
    return found if word is None else [*found, word]


def _end_of_quote(line: str, start: int) -> int:
    at = start + 1
    while at < len(line) and line[at] != line[start]:
        at += 2 if line[at] == "\\" and line[start] == '"' else 1
    if at >= len(line):
        raise ShellError("syntax error: unterminated quoted string")
    return at


def _filled(text: str, variables: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda name: _value(name, variables), text)


def _value(name: re.Match[str], variables: Mapping[str, str]) -> str:
    return variables.get(name[1] or name[2] or name[3], "")
