"""A line of `docker run` or `docker create` as people paste it, read into what it asks for."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tui.engine import runline_flags, runline_values
from tui.engine.carried import has_aliases
from tui.engine.runline_carried import Carrying
from tui.engine.runline_flags import Flag, read_flags
from tui.engine.runline_shell import Command, Word, read_commands
from tui.engine.runspec import RunSpec

LONGEST = 100_000
"""Characters of a text above which it is no line to read."""

_PROMPT = re.compile(r"\s*(?:PS [^>\n]*>|\[[^\]\n]*\][$#]|[^\s$#%'\"]*[$%❯➜]|[^\s$#'\"]+#)[ \t]+(?=\S)")
_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)+")
_BEFORE = 60
"""Words of which one has to be `run` or `create`, for a text to begin as a line."""
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")
_NOT_HERE = frozenset({"time", "exec", "command", "nohup", "sudo", "$", "%", "❯"})
"""What stands in front of a command, prompts too, and says nothing of the container."""
_SUDO_VALUED = frozenset({"-u", "-g", "-C", "-D", "-h", "-R", "-T", "--user", "--group", "--chdir", "--host"})
_OWN_ENGINE = frozenset({"DOCKER_HOST", "DOCKER_CONTEXT"})

_TEXTS = {"name": "name", "restart": "restart", "memory": "memory", "cpus": "cpus", "user": "user"}
_TEXTS |= {"workdir": "workdir", "entrypoint": "entrypoint"}
_LISTS = {"publish": "publish", "volume": "volumes", "env": "env", "label": "labels"}
_SWITCHES = {"interactive": "interactive", "tty": "tty", "detach": "detach", "rm": "remove"}
_FILES = {"env-file": "env", "label-file": "labels"}
_FIELDS = {**_TEXTS, **_LISTS, **_FILES, "network": "network"}
_SAME_AS_SILENCE = frozenset({("pull", "missing"), ("sig-proxy", "true")})
_SAY_NOTHING = frozenset({"quiet", "disable-content-trust"})
"""Options that change what the CLI writes or checks, and nothing of the container."""


@dataclass(frozen=True)
class ReadLine:
    """What a line asks for, and what of it could not be taken."""

    spec: RunSpec
    create_only: bool = False
    engine: tuple[str, ...] = ()
    """What in the line chooses an Engine, as `DockerLine.flags` has it, or an assignment in front."""
    untaken: tuple[str, ...] = ()
    """What the spec does not hold, though the line says it: one sentence each."""
    wrong: Mapping[str, str] = field(default_factory=dict)
    """What keeps a field from meaning what the line means, by field of RunSpec: one sentence each."""
    notes: tuple[str, ...] = ()
    """What is worth knowing, and changes nothing."""


def is_line(text: str) -> bool:
    """Whether a text begins as a line of `docker run` or `docker create` does, right or wrong."""
    if len(text) > LONGEST:
        return False
    comments = _COMMENTS.match(text)
    bare = _without_prompt(text[comments.end() :] if comments else text)
    words = tuple(Word(word) for word in bare.split(None, _BEFORE) if word != "\\")
    return _run_of(Command(words, bare)) is not None


def read_line(text: str, environ: Mapping[str, str] = os.environ) -> ReadLine:
    """Read a line as bash and the docker CLI would, expanding nothing.

    A file of `--env-file` or `--label-file` is read, as the CLI reads it. Raises ValueError with one
    sentence when there is no such line, or the CLI would not understand it.
    """
    if len(text) > LONGEST:
        raise ValueError("That is far too long for a docker line.")
    commands = read_commands(_without_prompt(text))
    found = next(((place, run) for place, one in enumerate(commands) if (run := _run_of(one))), None)
    if found is None:
        raise ValueError("That is no line of docker run or docker create, as in docker run -d nginx:1.27.")
    place, (before, words, create_only) = found
    others = [one.text for one in (*commands[:place], *commands[place + 1 :])]
    flags, rest = read_flags(words)
    if not rest:
        raise ValueError("The image is missing at the end of the line, as in docker run -d nginx:1.27.")
    reading = _Reading(environ, create_only=create_only)
    for flag in flags:
        reading.take(flag)
    return reading.ended(rest, before, others)


def line_problem(text: str) -> str | None:
    """What is wrong with a line; None when it can be read."""
    try:
        read_line(text)
    except ValueError as error:
        return str(error)
    return None


def _without_prompt(text: str) -> str:
    prompt = _PROMPT.match(text)
    return text[prompt.end() :] if prompt else text


def _run_of(command: Command) -> tuple[list[str], Sequence[Word], bool] | None:
    """What chooses the Engine, the words behind `run` or `create`, whether it only creates; else None."""
    words, chosen = list(command.words), []
    while words and (words[0].text in _NOT_HERE or _ASSIGNED.match(words[0].text)):
        word = words.pop(0).text
        if word.partition("=")[0] in _OWN_ENGINE:
            chosen.append(word)
        while word == "sudo" and words and words[0].text.startswith("-"):
            if words.pop(0).text in _SUDO_VALUED and words:
                words.pop(0)
    if not words or words.pop(0).text.rpartition("/")[2] != "docker":
        return None
    while words and words[0].text.startswith("-"):
        spelled, equals, value = words.pop(0).text.partition("=")
        if spelled in runline_flags.GLOBAL_VALUED:
            value = value if equals else words.pop(0).text if words else ""
            option = runline_flags.GLOBAL_VALUED[spelled]
            chosen += [option, value] if option != "-l" else []
        elif spelled not in runline_flags.GLOBAL_SWITCHES:
            return None
        elif spelled.startswith("--tls"):
            chosen.append(spelled)
    if words and words[0].text == "container":
        words.pop(0)
    if not words or words[0].text not in ("run", "create"):
        return None
    return chosen, words[1:], words[0].text == "create"


def _cut(text: str) -> str:
    """The first words of another command: what follows may be a secret."""
    words = text.split()
    return " ".join(words[:3]) + (" …" if len(words) > 3 else "")


def _only_a_shell(unexpanded: str) -> str:
    return f"Only a shell knows {unexpanded}: write what it stands for."


class _Reading:
    """The options of one line on their way into a RunSpec."""

    def __init__(self, environ: Mapping[str, str], *, create_only: bool) -> None:
        self._environ = environ
        self._create_only = create_only
        self._values: dict[str, Any] = {}
        self._lists: dict[str, list[str]] = {name: [] for name in (*_LISTS.values(), "networks")}
        self._from_files: dict[str, list[str]] = {"env": [], "labels": []}
        self._carrying = Carrying()
        self._untaken: list[str] = []
        self._wrong: dict[str, str] = {}
        self._notes: list[str] = []

    def take(self, flag: Flag) -> None:
        """Put an option where it belongs, or say that it has no place."""
        place = _FIELDS.get(flag.name) or _SWITCHES.get(flag.name)
        if flag.unexpanded and place:
            self._wrong.setdefault(place, _only_a_shell(flag.unexpanded))
        elif flag.unexpanded:
            self._untaken.append(f"{flag.written}: only a shell knows {flag.unexpanded}")
            return
        if flag.name == "help" or (flag.name == "detach" and self._create_only):
            raise ValueError(f"{flag.written} does not go with this: take it out of the line.")
        if flag.name in _FILES:
            self._read_file(flag, _FILES[flag.name])
        elif flag.name in _TEXTS:
            words = shlex.join([flag.text]) if flag.name == "entrypoint" else flag.text
            self._values[_TEXTS[flag.name]] = words
        elif flag.name in _LISTS:
            self._lists[_LISTS[flag.name]].append(flag.text)
        elif flag.name in _SWITCHES:
            self._values[_SWITCHES[flag.name]] = flag.is_on
        elif flag.name == "network":
            self._connect(flag)
        else:
            self._carry(flag)

    def ended(self, rest: Sequence[Word], engine: Sequence[str], others: Sequence[str]) -> ReadLine:
        """All of it, with the image and its command."""
        image, *command = rest
        if image.unexpanded:
            self._wrong["image"] = _only_a_shell(image.unexpanded)
        if unexpanded := next((word.unexpanded for word in command if word.unexpanded), ""):
            self._wrong["command"] = _only_a_shell(unexpanded)
        self._notes += [
            f"{word.text} stays as it is: no shell looks for files here" for word in command if word.globs
        ]
        network, *further = self._lists.pop("networks") or [""]
        carried = self._carrying.carried(further)
        if carried.aliases and not has_aliases(network):
            self._untaken.append("--network-alias: only a network of one's own gives further names")
        if carried.host.get("Links") and has_aliases(network):
            # there the CLI links the container's place on the network, which is not carried
            kept = {key: value for key, value in carried.host.items() if key != "Links"}
            carried = replace(carried, host=kept)
            self._untaken.append("--link: the form has no place for it on a network of one's own")
        lists: dict[str, Any] = {
            name: (*self._from_files.get(name, ()), *given) for name, given in self._lists.items()
        }
        spec = RunSpec(
            image=image.text,
            command=shlex.join(word.text for word in command),
            network=network,
            carried=carried,
            **self._values,
            **lists,
        )
        word = "create" if self._create_only else "run"
        self._untaken += [f"{_cut(other)}: only the line of docker {word} is read" for other in others]
        return ReadLine(
            spec, self._create_only, tuple(engine), tuple(self._untaken), self._wrong, tuple(self._notes)
        )

    def _carry(self, flag: Flag) -> None:
        if flag.name in _SAY_NOTHING or (flag.name, flag.text) in _SAME_AS_SILENCE:
            return
        try:
            taken = self._carrying.take(flag)
        except ValueError as error:
            self._untaken.append(f"{flag.written}: {error}")
        else:
            if not taken:
                self._untaken.append(f"{flag.written}: the form has no place for it")

    def _read_file(self, flag: Flag, place: str) -> None:
        if flag.unexpanded:
            return
        known = self._environ if place == "env" else {}
        try:
            found = runline_values.read_file(flag.text, known)
        except ValueError as error:
            self._wrong[place] = f"--{flag.name}: {error}"
        else:
            self._from_files[place] += found
            self._notes.append(f"--{flag.name}: {len(found)} read from {os.path.abspath(flag.text)}")

    def _connect(self, flag: Flag) -> None:
        """A network by its name, or `name=…,alias=…`."""
        name, aliases = flag.text, []
        if "=" in flag.text:
            name = ""
            for part in flag.text.split(","):
                key, _, value = part.partition("=")
                if key == "name":
                    name = value
                elif key == "alias" and not self._lists["networks"]:
                    aliases.append(value)
                else:
                    self._untaken.append(f"--network {part}: the form has no place for it")
        if name:
            self._lists["networks"].append(name)
        for alias in aliases:
            self._carrying.take(Flag("network-alias", alias))
