"""Mistakes in a Dockerfile that are seen without an Engine, as BuildKit and the classic builder see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain, islice

from tui.engine.dockerfile_hints import hints
from tui.engine.dockerfile_lines import Directive, Lines, Statement, unquoted
from tui.engine.dockerfile_mistake import Mistake, Severity, error, hint, short
from tui.engine.dockerfile_values import STAGE_NAME, is_image, is_signal, port_trouble, seconds
from tui.engine.dockerfile_words import WORDS

FLAGS = {
    "FROM": ("platform",),
    "RUN": ("mount", "network", "security", "device"),
    "COPY": ("from", "chown", "chmod", "link", "parents", "exclude"),
    "ADD": ("chown", "chmod", "link", "keep-git-dir", "checksum", "exclude", "unpack"),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
"""The options of the instructions that have any."""
_SWITCHES = frozenset({"link", "parents", "keep-git-dir", "unpack"})
_LEAST_SECONDS = 0.001
_LONGEST_WORD = 30
_ALIKE = 0.7
_ONE = {
    "WORKDIR": ("a folder", "WORKDIR /app"),
    "USER": ("a user", "USER app"),
    "STOPSIGNAL": ("a signal", "STOPSIGNAL SIGTERM"),
    "MAINTAINER": ("a name", 'LABEL org.opencontainers.image.authors="ann@example.org"'),
    "EXPOSE": ("a port", "EXPOSE 80"),
    "VOLUME": ("a folder", "VOLUME /data"),
    "ARG": ("a variable", "ARG VERSION=1.0"),
    "ENV": ("a variable", "ENV LANG=C.UTF-8"),
    "LABEL": ("a label", 'LABEL version="1.0"'),
    "RUN": ("a command", "RUN make"),
    "ONBUILD": ("an instruction", "ONBUILD COPY . /app"),
    "HEALTHCHECK": ("a command", "HEALTHCHECK CMD curl -f http://localhost/"),
}
"""What an instruction cannot do without, and how it looks with it."""
_QUOTED = frozenset({"COPY", "ADD", "WORKDIR", "USER", "EXPOSE", "VOLUME", "STOPSIGNAL"})
"""Where quotes are the builder's own, in words told apart by spaces alone."""
_CLOSED = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*+"|\\.?+|[^'"\\])*+""", re.DOTALL)

MOST = 500
"""So many mistakes are enough, and so many hints: what has more is no Dockerfile."""

Found = Iterator[Mistake]


def mistakes(lines: Lines) -> tuple[Mistake, ...]:
    """What is wrong in a Dockerfile, in the order of its lines."""
    each = chain.from_iterable(map(_statement, lines.statements))
    errors = chain(_directives(lines.directives), _stages(lines), _from_itself(lines), each)
    found = [*islice(errors, MOST), *islice(hints(lines), MOST)]
    return tuple(sorted(set(found)))


def _directives(directives: tuple[Directive, ...]) -> Found:
    for directive in directives:
        if directive.again:
            sentence = f"“{directive.key}” is said twice."
            yield Mistake(directive.line, 1, Severity.ERROR, sentence, "Remove one of the two lines.")
        elif directive.key == "escape" and directive.value not in ("\\", "`"):
            sentence = f"“{short(directive.value)}” cannot be the escape character."
            yield Mistake(directive.line, 1, Severity.ERROR, sentence, "It is \\ or `.")


def _stages(lines: Lines) -> Found:
    """What stands outside of every stage."""
    for statement in lines.statements:
        if statement.word == "FROM":
            return
        if statement.word in WORDS and statement.word != "ARG":
            sentence = f"{statement.word} comes before the first FROM."
            yield error(statement, statement.word_at, sentence, "Only ARG may stand there: begin with FROM.")
            return
    if lines.statements:
        last = lines.statements[-1]
        yield error(
            last, last.word_at, "There is no FROM.", "Begin with the image to build on: FROM alpine:3.20"
        )
    else:
        sentence = "There is no instruction in it."
        yield Mistake(1, 1, Severity.ERROR, sentence, "Begin with the image to build on: FROM alpine:3.20")


def _from_itself(lines: Lines) -> Found:
    """What copies from the stage that it stands in."""
    name, number = "", -1
    for statement in lines.statements:
        if statement.word == "FROM":
            words = statement.words
            name, number = words[2].text.lower() if len(words) == 3 else "", number + 1
        for flag in statement.flags if statement.word == "COPY" else ():
            if flag.name == "from" and flag.value and flag.value.lower() in (name, str(number)):
                sentence = f"{short(flag.value)} is the stage that this stands in."
                yield error(
                    statement, flag.at, sentence, "COPY --from= takes from a stage above, or an image."
                )


def _statement(statement: Statement) -> Found:
    word = statement.word
    if word not in WORDS:
        sentence = f"There is no instruction {short(word)}." if word else "A lone \\ is no instruction."
        mend = _meant(word) if word else "Remove it."
        yield error(statement, statement.word_at, sentence, mend)
        return
    for heredoc in statement.heredocs:
        if not heredoc.ended:
            sentence = f"The text that begins here never ends: no line is just {short(heredoc.name)}."
            yield error(statement, heredoc.at, sentence, f"End it with a line {short(heredoc.name)}.")
    yield from _flags(statement)
    if statement.json is not None and not all(isinstance(item, str) for item in statement.json):
        sentence = "A list in brackets holds only strings."
        yield error(statement, statement.operands_at, sentence, 'Put each part in double quotes: ["a", "1"]')
    elif not statement.operands and word in _ONE:
        what, example = _ONE[word]
        yield error(statement, statement.word_at, f"{word} needs {what}.", f"For example: {example}")
    else:
        if word in _QUOTED and statement.json is None:
            yield from _quotes(statement)
        if word in _CHECKS:
            yield from _CHECKS[word](statement)


def _meant(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word, WORDS, 1, _ALIKE) if len(word) <= _LONGEST_WORD else []
    if near:
        return f"Did you mean {near[0]}?"
    return "Does the line before it lack a \\ at its end? Then this one would go on from there."


def _flags(statement: Statement) -> Found:
    known = FLAGS.get(statement.word, ())
    for flag in statement.flags:
        if flag.name not in known:
            options = ", ".join(f"--{name}" for name in known)
            mend = f"It knows {options}." if known else "Put it into brackets, or behind the command."
            yield error(statement, flag.at, f"{statement.word} has no --{short(flag.name)}.", mend)
        elif flag.value is None and flag.name not in _SWITCHES:
            sentence = f"--{flag.name} says nothing."
            yield error(statement, flag.at, sentence, f"Put its value behind it: --{flag.name}=…")


def _quotes(statement: Statement) -> Found:
    at = statement.operands_at
    for found in re.finditer(r"\S+", statement.operands):
        if _CLOSED.fullmatch(found[0]) is None:
            sentence = f"A quote is not closed: {short(found[0])}"
            mend = f'Names with spaces need brackets: {statement.word} ["my file", "/to/"]'
            if statement.word not in ("COPY", "ADD", "VOLUME"):
                mend = "Close it, or put \\ before it."
            yield error(statement, at + found.start(), sentence, mend)
            return  # where it is closed is another half of one


def _from(statement: Statement) -> Found:
    words = statement.words
    if len(words) not in (1, 3) or (len(words) == 3 and words[1].text.upper() != "AS"):
        sentence = "FROM takes an image, and at most a name for the stage."
        yield error(statement, statement.operands_at, sentence, "FROM golang:1.23 AS build")
        return
    image = unquoted(words[0].text)
    if "$" not in image and not is_image(image):
        small = image.lower()
        mend = (
            f"In small letters: {short(small)}"
            if is_image(small)
            else "Names look like this: debian:bookworm"
        )
        yield error(statement, words[0].at, f"No image can be called {short(image)}.", mend)
    if len(words) == 3 and STAGE_NAME.fullmatch(words[2].text) is None:
        sentence = f"No stage can be called {short(words[2].text)}."
        yield error(
            statement,
            words[2].at,
            sentence,
            "Begin with a letter; then letters, digits and - _ . may follow.",
        )


def _copy(statement: Statement) -> Found:
    count = len(statement.operands.split()) if statement.json is None else len(statement.json)
    if count < 2:
        word = statement.word
        sentence = f"{word} needs at least two places: from where, and where to."
        yield error(statement, statement.word_at, sentence, f"{word} app.py /app/")


def _pairs(statement: Statement) -> Found:
    """ENV and LABEL: `name=value …`, or out of use, `name value`."""
    word, words = statement.word, statement.words
    if "=" not in words[0].text:
        at, value = words[0].at, statement.operands.split(maxsplit=1)
        if len(value) < 2:
            sentence = f"{word} {short(words[0].text)} says no value."
            yield error(statement, at, sentence, f"{word} {short(words[0].text)}=value")
        else:
            yield hint(
                statement, at, f"{word} without = is out of use.", f'{word} {short(words[0].text)}="…"'
            )
        return
    for each in words:
        if "=" not in each.text:
            sentence = f"There is no = in {short(each.text)}."
            yield error(statement, each.at, sentence, f'Values with spaces need quotes: {word} NAME="a b"')
        elif each.text.startswith("="):
            yield error(statement, each.at, "There is no name before the =.", f"{word} NAME=value")
        elif word == "ENV" and _CLOSED.fullmatch(each.text) is None:
            yield error(statement, each.at, f"A quote is not closed: {short(each.text)}", "Close it.")


def _arg(statement: Statement) -> Found:
    for word in statement.words:
        if word.text.startswith("="):
            yield error(statement, word.at, "There is no name before the =.", "ARG VERSION=1.0")


def _expose(statement: Statement) -> Found:
    at = statement.operands_at
    for found in re.finditer(r"\S+", statement.operands):
        port = unquoted(found[0])
        if "$" not in port and ":" not in port and (trouble := port_trouble(port)) is not None:
            mend = "Ports are 1 to 65535, with /tcp, /udp or /sctp: EXPOSE 8000 53/udp"
            yield error(statement, at + found.start(), f"{short(port)} {trouble}.", mend)


def _stopsignal(statement: Statement) -> Found:
    signal = unquoted(statement.operands)
    if "$" not in signal and not is_signal(signal):
        sentence = f"There is no signal {short(signal)}."
        yield error(
            statement, statement.operands_at, sentence, "SIGTERM, SIGINT, SIGQUIT and SIGKILL are some."
        )


def _volume(statement: Statement) -> Found:
    if statement.json is not None and any(not str(item).strip() for item in statement.json):
        yield error(statement, statement.operands_at, "A volume has no folder.", 'VOLUME ["/data"]')


def _shell(statement: Statement) -> Found:
    if not statement.json:
        sentence = "SHELL takes a list in brackets, each part in double quotes."
        yield error(statement, statement.operands_at, sentence, 'SHELL ["/bin/bash", "-c"]')


def _healthcheck(statement: Statement) -> Found:
    kind, *rest = statement.operands.split(maxsplit=1)
    at, example = statement.operands_at, "HEALTHCHECK CMD curl -f http://localhost/"
    if kind.upper() == "NONE":
        if rest:
            yield error(statement, at, "HEALTHCHECK NONE takes nothing more.", "HEALTHCHECK NONE")
    elif kind.upper() != "CMD":
        yield error(statement, at, f"HEALTHCHECK {short(kind)} is none.", f"Put CMD first: {example}")
    elif not rest:
        yield error(statement, at, "HEALTHCHECK CMD needs a command.", example)
    for flag in statement.flags:
        value = unquoted(flag.value or "")
        if not value or "$" in value or flag.name not in FLAGS["HEALTHCHECK"]:
            continue
        if flag.name == "retries":
            if re.fullmatch(r"\+?\d+", value, re.ASCII) is None:
                sentence = f"--retries={short(value)} is not a number."
                yield error(statement, flag.at, sentence, "--retries=3")
        elif (length := seconds(value)) is None:
            sentence = f"--{flag.name}={short(value)} is not a time."
            yield error(statement, flag.at, sentence, f"Say the unit too: --{flag.name}=30s")
        elif length < _LEAST_SECONDS and length != 0:
            yield error(statement, flag.at, f"--{flag.name} is below 1ms.", f"--{flag.name}=30s")


def _onbuild(statement: Statement) -> Found:
    inner = statement.inner
    if inner is None:
        return
    if inner.word in ("ONBUILD", "FROM", "MAINTAINER"):
        sentence = f"ONBUILD cannot hold {inner.word} back."
        yield error(statement, inner.word_at, sentence, "It may be any other instruction.")
        return
    # that the builder looks at only when another image is built on this one
    for mistake in _statement(inner):
        yield mistake if inner.word in ("ENV", "LABEL") else mistake._replace(severity=Severity.HINT)


_CHECKS: dict[str, Callable[[Statement], Found]] = {
    "FROM": _from,
    "COPY": _copy,
    "ADD": _copy,
    "ENV": _pairs,
    "LABEL": _pairs,
    "ARG": _arg,
    "EXPOSE": _expose,
    "STOPSIGNAL": _stopsignal,
    "VOLUME": _volume,
    "SHELL": _shell,
    "HEALTHCHECK": _healthcheck,
    "ONBUILD": _onbuild,
}
"""What to look at in an instruction that says something."""
