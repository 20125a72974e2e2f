"""The lines of Dockerfiles, the mistakes seen in them, and what stands where in a line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.dockerfile_lines import json_list, read
from tui.engine.dockerfile_look import Look
from tui.engine.dockerfile_mistake import Mistake, Severity
from tui.engine.dockerfile_rules import MOST
from tui.engine.dockerfile_words import WORDS
from tui.engine.templates import TEMPLATES

FILE = """\
# syntax=docker/dockerfile:1
ARG V=1

FROM --platform=$BUILDPLATFORM busybox:$V AS build
RUN one \\
    # a comment between

    && two
COPY --from=x <<A <<-"B" /to
FROM nothing
A
\tB
ONBUILD RUN <<EOF cat
three
EOF
CMD ["a", "b"]
"""
MESSY = st.lists(
    st.sampled_from(
        [
            *(
                "FROM a",
                "FROM a AS b",
                "RUN x",
                "COPY a",
                "ENV A=b",
                "EXPOSE 80",
                "ONBUILD",
                "HEALTHCHECK CMD",
            ),
            *("\\", "`", "\n", "\r\n", " ", "\t", "#", "# escape=`\n", "<<EOF", "<<-'A'", "EOF", "A"),
            *(
                '"',
                "'",
                "[",
                "]",
                ",",
                "$X",
                "${X:-y}",
                "--from=",
                "--",
                "=",
                "1",
                "\ufeff",
                "\x85",
                "\u2028",
                "\x00",
            ),
        ]
    ),
    max_size=40,
).map("".join)


def errors(text: str) -> list[Mistake]:
    return [each for each in Look(text).problems if each.severity is Severity.ERROR]


def said(text: str) -> list[tuple[int, str]]:
    """The line and the sentence of each mistake and hint."""
    return [(each.line, each.sentence) for each in Look(text).problems]


def kinds(text: str, line: int) -> list[tuple[str, str]]:
    """What stands in a line, and as what."""
    row = text.split("\n")[line - 1]
    return [(row[start:end], kind) for start, end, kind in Look(text).spans(line)]


# Lines


def test_instructions_have_their_first_and_last_line() -> None:
    lines = [(one.word, one.first, one.last) for one in read(FILE).statements]
    assert lines == [
        *(
            ("ARG", 2, 2),
            ("FROM", 4, 4),
            ("RUN", 5, 8),
            ("COPY", 9, 12),
            ("ONBUILD", 13, 15),
            ("CMD", 16, 16),
        ),
    ]


def test_what_is_in_an_instruction_is_told_apart() -> None:
    _, start, run, copy, later, command = read(FILE).statements
    assert [(flag.name, flag.value) for flag in start.flags] == [("platform", "$BUILDPLATFORM")]
    assert [word.text for word in start.words] == ["busybox:$V", "AS", "build"]
    assert run.operands == "one     && two"
    assert [(each.name, each.first, each.last) for each in copy.heredocs] == [("A", 10, 11), ("B", 12, 12)]
    assert later.inner is not None
    assert (later.inner.word, later.inner.operands) == ("RUN", "<<EOF cat")
    assert command.json == ("a", "b")


def test_a_place_in_an_instruction_is_a_place_in_its_lines() -> None:
    run = read(FILE).statements[2]
    assert run.place(run.text.index("one")) == (5, 4)
    assert run.place(run.text.index("two")) == (8, 7)


def test_an_escaped_backslash_does_not_go_on() -> None:
    assert [one.word for one in read("FROM a\nRUN b \\\\\nCMD c\n").statements] == ["FROM", "RUN", "CMD"]


def test_another_escape_character_goes_on() -> None:
    assert [one.last for one in read("# escape=`\nFROM a\nRUN dir C:\\\nRUN b `\n c").statements] == [2, 3, 5]


def test_windows_lines_are_lines() -> None:
    assert [(one.word, one.last) for one in read("FROM a\r\nRUN b \\\r\n c\r\n").statements] == [
        ("FROM", 1),
        ("RUN", 3),
    ]


@pytest.mark.parametrize(
    "text", ['RUN echo "<<EOF"', "RUN a << EOF", "RUN cat <<<EOF", 'RUN ["<<EOF"]', "CMD <<EOF"]
)
def test_not_every_pair_of_arrows_begins_a_text(text: str) -> None:
    assert [one.word for one in read(f"{text}\nFROM a").statements][1:] == ["FROM"]


@given(MESSY | st.text(max_size=200))
def test_whatever_the_text_is_nothing_raises_and_lines_cover_the_file(text: str) -> None:
    lines = read(text)
    look = Look(text)
    rows = text.split("\n")
    assert lines.total == len(rows)
    last = 0
    for one in lines.statements:
        assert last < one.first <= one.last <= len(rows)
        for row in rows[last : one.first - 1]:
            row = row.removeprefix("\ufeff").removesuffix("\r").lstrip()
            assert not row.strip() or row.startswith("#")
        last = one.last
        assert one.text == "".join(piece.text for piece in one.pieces)
    for each in look.problems:
        assert 1 <= each.line <= len(rows)
        assert 1 <= each.column <= len(rows[each.line - 1]) + 1
        assert each.sentence
        assert each.mend
    for line, row in enumerate(rows, 1):
        assert look.word(line) in {*WORDS, ""}
        for start, end, _ in look.spans(line):
            assert 0 <= start <= end <= len(row)


@given(st.lists(st.text() | st.integers() | st.lists(st.text()), max_size=4))
def test_lists_in_json_are_read_as_they_are(items: list[object]) -> None:
    text = json.dumps(items)
    assert json_list(text) == tuple(items)
    found = errors(f"FROM a:1\nCMD {text}\n")
    assert bool(found) == any(not isinstance(item, str) for item in items)


@pytest.mark.parametrize("text", ["[" * 100_000, "[NaN]", '["a"', "['a']", '["a"] b', "{}", ""])
def test_what_is_no_list_in_json_is_none(text: str) -> None:
    assert json_list(text) is None


def test_a_huge_hostile_file_is_looked_through_in_time() -> None:
    for text in (
        "ONBUILD " * 100_000,
        "${" * 200_000,
        "\\" * 200_000 + '"',
        "NOPE\n" * 50_000,
        "FROM a AS b\n" * 20_000,
        "FROM a:1\nENV a=b" + " \\\n c" * 30_000,
        "FROM a:1\nHEALTHCHECK --interval=" + "1" * 200_000 + " CMD x",
        "FROM a:1\nCOPY " + "\\a" * 100_000 + '" b',
        "# escape=" + " " * 100_000 + "a" + " " * 100_000,
    ):
        look = Look(text)
        assert len(look.problems) <= 2 * MOST
        assert look.spans(1) is not None


# Mistakes


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "no instruction"),
        ("# only\n", 1, 1, "no instruction"),
        ("ARG A=1\n", 1, 1, "no FROM"),
        ("LABEL a=b\nFROM a:1\n", 1, 1, "before the first FROM"),
        ("FROM a:1\nRUNN x\n", 2, 1, "no instruction RUNN"),
        ("FROM a:1\n  expose 99999\n", 2, 10, "99999 is no port"),
        ("FROM a:1\nEXPOSE 80/xyz\n", 2, 8, "no protocol"),
        ("FROM a:1\nEXPOSE 80-70\n", 2, 8, "begins after it ends"),
        ("FROM Scratch\n", 1, 6, "No image can be called Scratch"),
        ("FROM a:1 foo bar\n", 1, 6, "FROM takes an image"),
        ("FROM a:1 AS 1a\n", 1, 13, "No stage can be called 1a"),
        ("FROM a:1\nCMD [1]\n", 2, 5, "only strings"),
        ("FROM a:1\nSHELL /bin/sh\n", 2, 7, "SHELL takes a list"),
        ("FROM a:1\nENV A\n", 2, 5, "A says no value"),
        ("FROM a:1\nENV A=b \\\n C\n", 3, 2, "no = in C"),
        ("FROM a:1\nENV =x\n", 2, 5, "no name"),
        ('FROM a:1\nENV A="b\n', 2, 5, "not closed"),
        ("FROM a:1\nCOPY f\n", 2, 1, "at least two"),
        ('FROM a:1\nADD ["f"]\n', 2, 1, "at least two"),
        ('FROM a:1\nCOPY "my file" /\n', 2, 6, "not closed"),
        ("FROM a:1\nCOPY --foo=1 a b\n", 2, 6, "no --foo"),
        ("FROM a:1\nCOPY --from a b\n", 2, 6, "says nothing"),
        ("FROM a:1 AS me\nCOPY --from=me a b\n", 2, 6, "the stage that this stands in"),
        ("FROM a:1\nWORKDIR\n", 2, 1, "needs a folder"),
        ("FROM a:1\nHEALTHCHECK NONE x\n", 2, 13, "takes nothing more"),
        ("FROM a:1\nHEALTHCHECK foo\n", 2, 13, "HEALTHCHECK foo"),
        ("FROM a:1\nHEALTHCHECK --interval=5 CMD x\n", 2, 13, "not a time"),
        ("FROM a:1\nHEALTHCHECK --interval=1us CMD x\n", 2, 13, "below 1ms"),
        ("FROM a:1\nHEALTHCHECK --retries=-1 CMD x\n", 2, 13, "not a number"),
        ("FROM a:1\nSTOPSIGNAL FOO\n", 2, 12, "no signal FOO"),
        ('FROM a:1\nVOLUME [""]\n', 2, 8, "no folder"),
        ("FROM a:1\nONBUILD FROM b\n", 2, 9, "cannot hold FROM back"),
        ("FROM a:1\nRUN <<EOF\nhi\n", 2, 5, "never ends"),
        ("# escape=x\nFROM a:1\n", 1, 1, "escape character"),
        ("# escape=`\n# escape=`\nFROM a:1\n", 2, 1, "said twice"),
    ],
)
def test_a_mistake_is_found_where_it_is(text: str, line: int, column: int, words: str) -> None:
    (found,) = errors(text)
    assert (found.line, found.column) == (line, column)
    assert words in found.sentence


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("FROM a\n", 1, "Without a tag"),
        ("FROM a:latest\n", 1, "another image"),
        ("FROM a:1 AS b\nFROM a:1 AS B\n", 2, "called B too"),
        ("FROM a:1 AS b\nFROM a:1\nCOPY --from=c /x /\n", 3, "No stage above is called c"),
        ("FROM a:1\nCOPY --from=3 /x /\n", 2, "no stage 3"),
        ("FROM a:$V\n", 1, "No ARG before the first FROM sets V"),
        ("FROM a:1\nCMD ['a', 'b']\n", 2, "no list"),
        ('FROM a:1\nCMD ["a",]\n', 2, "no list"),
        ("FROM a:1\nCMD a\nCMD b\n", 2, "another one follows in line 3"),
        ("FROM a:1\nMAINTAINER Ann\n", 2, "out of use"),
        ("FROM a:1\nENV A b\n", 2, "without ="),
        ("FROM a:1\nWORKDIR app\n", 2, "last WORKDIR"),
        ("FROM a:1\nRUN apt-get update\n", 2, "apt-get update alone"),
        ("FROM a:1\nRUN cd /x\n", 2, "cd holds"),
        ("FROM a:1\nADD https://x.org/y /\n", 2, "Nobody checks"),
        ("FROM a:1\nENV DB_PASSWORD=x\n", 2, "looks like a secret"),
        ("FROM a:1\nARG TOKEN\n", 2, "looks like a secret"),
        ("FROM a:1\nUSER app\nRUN apt-get update && apt-get install -y x\n", 3, "needs root"),
        ("FROM a:1\nCMD a \\\n\n", 2, "ends with a"),
        ("FROM a:1\nONBUILD EXPOSE 99999\n", 2, "is no port"),
    ],
)
def test_what_is_doubtful_is_a_hint(text: str, line: int, words: str) -> None:
    (found,) = Look(text).problems
    assert found.severity is Severity.HINT
    assert found.line == line
    assert words in found.sentence


@pytest.mark.parametrize(
    "text",
    [
        "FROM scratch\nCOPY f /\n",
        "ARG V=1\nFROM a:$V AS x\nFROM x\nCOPY --from=x /a /b\nCOPY --from=0 /a /b\n",
        "FROM --platform=$BUILDPLATFORM a@sha256:" + "0" * 64 + "\n",
        "FROM host.example:5000/team/app:1.2\nEXPOSE 80 53/udp 8000-8010 $P\n",
        "FROM a:1\nRUN [ -f /x ] && echo y\n",
        'FROM a:1\nRUN [ "$x" = y ] && echo "it\'s"\n',
        "FROM a:1\nSTOPSIGNAL SIGRTMIN+3\nSTOPSIGNAL sigterm\nSTOPSIGNAL 9\nSTOPSIGNAL $S\n",
        "FROM a:1\nHEALTHCHECK --interval=1m30s --timeout=1.5s --retries=3 CMD x\n",
        "FROM a:1\nENV A=b C='d e' F=g\\ h\nLABEL a=\"b c\" d=e\n",
        "FROM a:1\nRUN <<EOF\napt-get update\nEOF\n",
        "FROM a:1\nRUN --mount=type=cache,target=/x make\nCOPY --link --chmod=755 a /b\n",
        "FROM a:1\nENV PASSWORD_FILE=/run/secrets/x\n",
    ],
)
def test_nothing_is_wrong_with_a_good_file(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_nothing_is_wrong_with_the_templates(template: object) -> None:
    assert said(getattr(template, "text", "NO")) == []


def test_a_word_that_was_meant_is_named() -> None:
    assert errors("FROM a:1\nCPOY a b\n")[0].mend == "Did you mean COPY?"
    assert "lack a \\" in errors("FROM a:1\nRUN a &&\n  bcd\n")[0].mend


# How it looks


def test_each_instruction_has_two_lines_of_help_that_fit_a_screen() -> None:
    assert len(WORDS) == 18
    for word, text in WORDS.items():
        help_, example = text.split("\n")
        assert len(f"{word}  {help_}") <= 78
        assert len(f"{word}  {example}") <= 78
        assert (word if word != "MAINTAINER" else "LABEL") in example


def test_what_stands_in_a_line_is_told() -> None:
    assert kinds(FILE, 1) == [("# syntax=docker/dockerfile:1", "directive")]
    assert kinds(FILE, 4) == [
        ("FROM", "instruction"),
        ("--platform", "flag"),
        ("$BUILDPLATFORM", "variable"),
        ("$V", "variable"),
        ("busybox:$V", "image"),
        ("$V", "variable"),
        ("AS", "instruction"),
    ]
    assert kinds(FILE, 6) == [("    # a comment between", "comment")]
    assert kinds(FILE, 10) == [("FROM nothing", "heredoc")]
    assert kinds(FILE, 13)[:2] == [("ONBUILD", "instruction"), ("RUN", "instruction")]
    assert kinds(FILE, 16) == [
        ("CMD", "instruction"),
        *(("[", "bracket"), ('"a"', "string"), (",", "bracket"), ('"b"', "string"), ("]", "bracket")),
    ]
    assert kinds("\ufeffFROM a:1\n\t cmd b", 1) == [("FROM", "instruction"), ("a:1", "image")]
    assert kinds("\ufeffFROM a:1\n\t cmd b", 2) == [("cmd", "instruction")]
    text = 'FROM a:1\nENV A="x ${B:-y}" \\\n C=$D E=80\n'
    assert kinds(text, 2) == [("ENV", "instruction"), ('"x ${B:-y}"', "string"), ("${B:-y}", "variable")]
    assert kinds(text, 3) == [("$D", "variable"), ("80", "number")]


def test_a_line_knows_its_instruction() -> None:
    look = Look(FILE)
    assert [look.word(line) for line in (1, 3, 4, 6, 8, 10, 13, 15)] == [
        *("", "", "FROM", "RUN", "RUN", "COPY", "RUN", "RUN"),
    ]
    assert [line for line in range(1, 18) if look.begins(line)] == [1, 2, 3, 4, 5, 9, 13, 16, 17]
