"""Lines of shell as the demo reads them: words with their quotes and variables, and what joins commands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

OPERATORS = ("&&", "||", ">>", "2>>", "2>&1", "1>&2", ">&2", "2>", ";", "|", ">", "<", "&", "(", ")", "\n")
JOINS = ("&&", "||", ";", "&", "\n")
VARIABLE = re.compile(r"\$(?:\{(\w+|[?#$])(?::-([^}]*))?\}|([A-Za-z_]\w*|[0-9?#$]))")
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


LEFT_OUT = ("if", "for", "while", "until", "case", "function")


class ShellError(Exception):
    """The line cannot be read; the text is what a shell says."""


class Operator(str):
    """What joins, groups or redirects."""


@dataclass(frozen=True)
class Part:
    """A stretch of a word."""

    kind: str
    """text, variable or command."""
    text: str
    """The text itself, the variable's name, or the commands whose output stands here."""
    quoted: bool = False
    default: str = ""
    """What stands for a variable that holds nothing."""


Word = tuple[Part, ...]


@dataclass(frozen=True)
class Redirect:
    """Where one stream of a command goes or comes from."""

    operator: str
    target: Word = ()


@dataclass
class Command:
    """One command, or commands in brackets."""

    assignments: list[tuple[str, Word]] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    redirects: list[Redirect] = field(default_factory=list)
    group: list[Pipeline] | None = None
    """What stands between ( and ) or { and }."""
    apart: bool = False
    """Whether the group is a shell of its own."""

    @property
    def empty(self) -> bool:
        """Whether nothing is there yet."""
        return not (self.assignments or self.words or self.redirects or self.group is not None)


@dataclass
class Pipeline:
    """Commands joined by pipes, and when they run."""

    join: str
    """What stands before it: "&&", "||", or ";" for always."""
    commands: list[Command]
    negated: bool = False


def parse(text: str) -> list[Pipeline]:
    """The pipelines of some lines. Raises ShellError."""
    tokens = _tokens(text)
    found, rest = _script(tokens, "")
    if rest:
        raise _unexpected(rest[0])
    return found


def _script(tokens: list[Operator | Word], closing: str) -> tuple[list[Pipeline], list[Operator | Word]]:
    found: list[Pipeline] = []
    join = ";"
    while tokens:
        if _plain(tokens[0]) == closing != "":
            break
        if tokens[0] == "\n":
            tokens = tokens[1:]
            continue
        pipeline, tokens = _pipeline(tokens, join)
        found.append(pipeline)
        join = ";"
        if tokens and isinstance(tokens[0], Operator) and tokens[0] in JOINS:
            join = tokens[0] if tokens[0] in ("&&", "||") else ";"
            tokens = tokens[1:]
            if join != ";" and not tokens:
                raise _unexpected(None)
        elif tokens and _plain(tokens[0]) != closing:
            raise _unexpected(tokens[0])
    if closing and not tokens:
        raise _unexpected(None)
    return found, tokens


def _pipeline(tokens: list[Operator | Word], join: str) -> tuple[Pipeline, list[Operator | Word]]:
    negated = _plain(tokens[0]) == "!"
    if negated:
        tokens = tokens[1:]
    commands: list[Command] = []
    while True:
        command, tokens = _command(tokens)
        commands.append(command)
        if not tokens or tokens[0] != "|":
            return Pipeline(join, commands, negated), tokens
        tokens = tokens[1:]


def _command(tokens: list[Operator | Word]) -> tuple[Command, list[Operator | Word]]:
    made = Command()
    while tokens:
        token = tokens[0]
        opening = _plain(token)
        if made.empty and opening in ("(", "{"):
            made.apart = opening == "("
            made.group, tokens = _script(tokens[1:], ")" if made.apart else "}")
            tokens = tokens[1:]
            continue
        if isinstance(token, Operator):
            if token in (*JOINS, "|", "(", ")"):
                break
            tokens = _redirected(made, token, tokens[1:])
            continue
        if made.group is not None:
            raise _unexpected(token)
        _add(made, token)
        tokens = tokens[1:]
    if made.empty:
        raise _unexpected(tokens[0] if tokens else None)
    return made, tokens


def _redirected(made: Command, token: Operator, rest: list[Operator | Word]) -> list[Operator | Word]:
    if "&" in token:
        made.redirects.append(Redirect(token))
        return rest
    if not rest or isinstance(rest[0], Operator):
        raise _unexpected(rest[0] if rest else Operator("newline"))
    made.redirects.append(Redirect(token, rest[0]))
    return rest[1:]


def _add(made: Command, word: Word) -> None:
    first = word[0] if word else None
    named = ASSIGNMENT.fullmatch(first.text) if first and first.kind == "text" and not first.quoted else None
    if named and not made.words:
        made.assignments.append((named[1], (Part("text", named[2]), *word[1:])))
    elif not made.words and _plain(word) in LEFT_OUT:
        raise ShellError(f'the demo has no "{_plain(word)}"')
    else:
        made.words.append(word)


def _plain(token: Operator | Word) -> str:
    """An operator, or a word that is only one unquoted text."""
    if isinstance(token, Operator):
        return str(token)
    return token[0].text if len(token) == 1 and token[0].kind == "text" and not token[0].quoted else ""


def _unexpected(token: Operator | Word | None) -> ShellError:
    if token is None:
        return ShellError("syntax error: unexpected end of file")
    name = str(token) if isinstance(token, Operator) else "word"
    return ShellError(f'syntax error: unexpected "{"newline" if token == chr(10) else name}"')


def _tokens(line: str) -> list[Operator | Word]:
    found: list[Operator | Word] = []
    word: list[Part] | None = None
    at = 0
    while at < len(line):
        char = line[at]
        operator = max((one for one in OPERATORS if line.startswith(one, at)), key=len, default="")
        if operator[:1] in ("1", "2") and word is not None:
            # a digit at a word's end belongs to the word
            operator = ""
        if word is None and char == "#":
            end = line.find("\n", at)
            at = len(line) if end < 0 else end
        elif operator or char in " \t":
            found += [] if word is None else [tuple(word)]
            found += [Operator(operator)] if operator else []
            word, at = None, at + (len(operator) or 1)
        else:
            parts, at = _stretch(line, at)
            word = [*(word or ()), *parts]
    return found if word is None else [*found, tuple(word)]


def _stretch(line: str, at: int) -> tuple[list[Part], int]:
    """The next part of a word, and where it ends."""
    char = line[at]
    if char == "'":
        end = line.find("'", at + 1)
        if end < 0:
            raise ShellError("syntax error: unterminated quoted string")
        return [Part("text", line[at + 1 : end], True)], end + 1
    if char == '"':
        return _double(line, at + 1)
    if char == "\\" and at + 1 < len(line):
        return [] if line[at + 1] == "\n" else [Part("text", line[at + 1], True)], at + 2
    if found := _special(line, at, False):
        return [found[0]], found[1]
    end = at + 1
    while end < len(line) and line[end] not in "'\"\\$` \t\n;|<>&()":
        end += 1
    return [Part("text", line[at:end])], end


def _double(line: str, at: int) -> tuple[list[Part], int]:
    """What stands between double quotes, and where the line goes on."""
    parts = [Part("text", "", True)]
    while at < len(line) and line[at] != '"':
        if line[at] == "\\" and line[at + 1 : at + 2] in ('"', "\\", "$", "`", "\n"):
            text, at = "" if line[at + 1] == "\n" else line[at + 1], at + 2
            parts.append(Part("text", text, True))
        elif found := _special(line, at, True):
            parts.append(found[0])
            at = found[1]
        else:
            parts.append(Part("text", line[at], True))
            at += 1
    if at >= len(line):
        raise ShellError("syntax error: unterminated quoted string")
    return parts, at + 1


def _special(line: str, at: int, quoted: bool) -> tuple[Part, int] | None:
    """A variable or a command's output that begins here."""
    if line[at] == "`":
        end = line.find("`", at + 1)
        if end < 0:
            raise ShellError("syntax error: EOF in backquote substitution")
        return Part("command", line[at + 1 : end], quoted), end + 1
    if line.startswith("$(", at):
        end = _closing(line, at + 2)
        return Part("command", line[at + 2 : end], quoted), end + 1
    if line[at] == "$" and (name := VARIABLE.match(line, at)):
        return Part("variable", name[1] or name[3], quoted, name[2] or ""), name.end()
    return None


def _closing(line: str, at: int) -> int:
    """Where the bracket closes that was opened before."""
    depth, quote = 1, ""
    while at < len(line):
        char = line[at]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        else:
            depth += (char == "(") - (char == ")")
        if not depth:
            return at
        at += 1
    raise ShellError('syntax error: unexpected end of file (expecting ")")')
