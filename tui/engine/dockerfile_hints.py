"""What is built, but most likely not meant, in a Dockerfile; and what a better one would say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tui.engine.dockerfile_lines import Lines, Statement, unquoted
from tui.engine.dockerfile_mistake import Mistake, hint, short
from tui.engine.dockerfile_values import has_tag

_SECRET = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIAL", re.IGNORECASE)
_LIST = re.compile(r"""\[\s*(?:'[^']*'|"[^"]*"|[“”][^“”]*[“”])\s*(?:,|\]\s*$|$)""")
_NEEDS_ROOT = re.compile(r"\b(apt-get|apt|apk|yum|dnf)\s+(?:-\S+\s+)*(install|add|update|upgrade)\b")
_APT_UPDATE = re.compile(r"\bapt(?:-get)?\s+(?:-\S+\s+)*update\b")
_APT_MORE = re.compile(
    r"\bapt(?:-get)?\s+(?:-\S+\s+)*(?:install|upgrade|dist-upgrade|full-upgrade|build-dep)\b"
)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_ABSOLUTE = re.compile(r"/|\$|[A-Za-z]:[\\/]|\\")
_VARIABLE = re.compile(r"(?<!\\)\$\{?([A-Za-z_]\w*)", re.ASCII)
_GIVEN = tuple(
    side + part for side in ("BUILD", "TARGET") for part in ("PLATFORM", "OS", "ARCH", "VARIANT", "OSVERSION")
)
"""Variables that BuildKit sets."""
_ONCE = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK"})
_IN_BRACKETS = frozenset({"CMD", "ENTRYPOINT", "RUN", "COPY", "ADD", "VOLUME"})
_ROOTS = frozenset({"root", "0"})
_DIGITS = 4
"""The number of a stage never has more."""

Found = Iterator[Mistake]


def hints(lines: Lines) -> Found:
    """What is doubtful in a Dockerfile."""
    stage: list[Statement] = []
    stages = _Stages()
    given = {*_GIVEN}
    for statement in lines.statements:
        if statement.dangling:
            sentence = "The file ends with a \\, so the instruction does not go on."
            yield hint(statement, len(statement.text), sentence, "Remove it, or write the rest.")
        if statement.word == "FROM":
            yield from _in_stage(stage)
            stage = []
            yield from _from(statement, stages)
            yield from _unknown(statement, given)
        elif statement.word == "ARG" and stages.current < 0:
            given |= {word.text.partition("=")[0] for word in statement.words}
        elif statement.word == "COPY":
            yield from _copied_from(statement, stages)
        stage.append(statement)
        if statement.word in _IN_BRACKETS:
            yield from _brackets(statement)
        if statement.operands and statement.word in _CHECKS:
            yield from _CHECKS[statement.word](statement)
    yield from _in_stage(stage)


class _Stages:
    """The stages down to the one that is looked at."""

    def __init__(self) -> None:
        self.current = -1
        """The number of that one."""
        self._names: set[str] = set()

    def begin(self, name: str) -> None:
        """Go on to the next one."""
        self._names.add(name.lower())
        self.current += 1

    def has(self, name: str) -> bool:
        """Whether one is called so."""
        return name.lower() in self._names


def _from(statement: Statement, stages: _Stages) -> Found:
    """Look at a FROM, and note the stage that it begins."""
    words = [unquoted(word.text) for word in statement.words]
    if not words:
        stages.begin("")
        return
    image, name = words[0], words[2] if len(words) == 3 else ""
    if not stages.has(image) and image != "scratch" and "$" not in image:
        at = statement.words[0].at
        if not has_tag(image):
            sentence = f"Without a tag {short(image)} is the latest, which changes."
            yield hint(statement, at, sentence, f"Name a version: {short(image)}:1.2")
        elif image.endswith(":latest"):
            sentence = f"{short(image)} is another image sooner or later."
            yield hint(statement, at, sentence, "Name a version, such as :1.2")
    if name and stages.has(name):
        sentence = f"Another stage is called {short(name)} too."
        yield hint(
            statement, statement.words[2].at, sentence, "The classic builder refuses that: rename one."
        )
    stages.begin(name)


def _unknown(statement: Statement, given: set[str]) -> Found:
    """The variables of a FROM are those of the ARGs before the first one."""
    for found in _VARIABLE.finditer(statement.operands):
        if found[1] not in given:
            sentence = f"No ARG before the first FROM sets {short(found[1])}."
            mend = f"Put ARG {short(found[1])}=… above the first FROM."
            yield hint(statement, statement.operands_at + found.start(), sentence, mend)


def _copied_from(statement: Statement, stages: _Stages) -> Found:
    for flag in statement.flags:
        source = unquoted(flag.value or "")
        if flag.name != "from" or not source or "$" in source:
            continue
        if source.isascii() and source.isdigit():
            if len(source) > _DIGITS or int(source) > stages.current:
                sentence = f"There is no stage {short(source)} above this one."
                yield hint(statement, flag.at, sentence, "Stages are counted from 0; a name is safer.")
        elif not stages.has(source) and not has_tag(source) and "/" not in source:
            sentence = f"No stage above is called {short(source)}, so it is taken for an image."
            yield hint(statement, flag.at, sentence, f"Is there FROM … AS {short(source)}?")


def _in_stage(stage: list[Statement]) -> Found:
    """What is doubtful in a stage as a whole."""
    last: dict[str, Statement] = {}
    user: Statement | None = None
    for statement in stage:
        word = statement.word
        if word in _ONCE:
            if (before := last.get(word)) is not None:
                sentence = f"This {word} does nothing: another one follows in line {statement.first}."
                yield hint(before, before.word_at, sentence, "Only the last one of a stage counts.")
            last[word] = statement
        elif word == "USER":
            user = statement
        elif word == "RUN" and user is not None:
            yield from _without_rights(statement, user.operands)


def _without_rights(statement: Statement, user: str) -> Found:
    found = _NEEDS_ROOT.search(statement.operands)
    if found is not None and "$" not in user and user.partition(":")[0] not in _ROOTS:
        sentence = f"{found[1]} {found[2]} needs root, and USER {short(user)} is above."
        yield hint(statement, statement.operands_at + found.start(), sentence, "Move USER below it.")


def _brackets(statement: Statement) -> Found:
    if statement.json is None and _LIST.match(statement.operands):
        sentence = "This is no list, though it has brackets: it is taken as plain words."
        mend = 'Double quotes, commas between, nothing after: ["a", "b"]'
        yield hint(statement, statement.operands_at, sentence, mend)


def _run(statement: Statement) -> Found:
    text, at = statement.operands, statement.operands_at
    if (
        (found := _APT_UPDATE.search(text)) is not None
        and not _APT_MORE.search(text)
        and not statement.heredocs
    ):
        sentence = "apt-get update alone is kept by the cache and soon out of date."
        yield hint(statement, at + found.start(), sentence, "RUN apt-get update && apt-get install -y …")
    words = text.split(maxsplit=2)
    if words[0] == "cd" and "&&" not in text and ";" not in text and not statement.heredocs:
        sentence = "cd holds for this RUN alone."
        yield hint(statement, at, sentence, f"WORKDIR {short(words[1]) if len(words) > 1 else '/app'}")


def _add(statement: Statement) -> Found:
    for word in statement.words[:-1]:
        if _ADDRESS.match(unquoted(word.text)) and "checksum" not in [flag.name for flag in statement.flags]:
            sentence = "Nobody checks what ADD fetches, and it is not unpacked."
            yield hint(statement, word.at, sentence, "ADD --checksum=sha256:… or curl in a RUN")


def _workdir(statement: Statement) -> Found:
    if not _ABSOLUTE.match(unquoted(statement.operands)):
        sentence = f"{short(statement.operands)} is a folder in the last WORKDIR, whatever that is."
        yield hint(
            statement, statement.operands_at, sentence, f"WORKDIR /{short(unquoted(statement.operands))}"
        )


def _maintainer(statement: Statement) -> Found:
    mend = f'LABEL org.opencontainers.image.authors="{short(unquoted(statement.operands))}"'
    yield hint(statement, statement.word_at, "MAINTAINER is out of use.", mend)


def _secrets(statement: Statement) -> Found:
    words = statement.words
    if statement.word == "ENV" and "=" not in words[0].text:
        words = words[:1]
    for word in words:
        name, _, value = word.text.partition("=")
        if (
            _SECRET.search(name)
            and not name.upper().endswith(("_FILE", "_PATH"))
            and not value.startswith("$")
        ):
            sentence = f"{short(name)} looks like a secret: whoever has the image can read it."
            yield hint(
                statement, word.at, sentence, "RUN --mount=type=secret,id=… keeps it out of the image."
            )


_CHECKS: dict[str, Callable[[Statement], Found]] = {
    "RUN": _run,
    "ADD": _add,
    "WORKDIR": _workdir,
    "MAINTAINER": _maintainer,
    "ENV": _secrets,
    "ARG": _secrets,
}
"""What to look at in an instruction that says something."""
