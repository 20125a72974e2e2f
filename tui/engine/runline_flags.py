"""Options of `docker run` and `docker create`, told apart as the docker CLI does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui.engine.lines import assignment
from tui.engine.runline_shell import Word

SWITCHES = frozenset(
    {
        *("detach", "disable-content-trust", "help", "init", "interactive", "no-healthcheck"),
        *("oom-kill-disable", "privileged", "publish-all", "quiet", "read-only", "rm", "sig-proxy"),
        *("tty", "use-api-socket"),
    }
)
"""Options that are on or off."""

VALUED = frozenset(
    {
        *("add-host", "annotation", "attach", "blkio-weight", "blkio-weight-device", "cap-add"),
        *("cap-drop", "cgroup-parent", "cgroupns", "cidfile", "cpu-count", "cpu-percent", "cpu-period"),
        *("cpu-quota", "cpu-rt-period", "cpu-rt-runtime", "cpu-shares", "cpus", "cpuset-cpus"),
        *("cpuset-mems", "detach-keys", "device", "device-cgroup-rule", "device-read-bps"),
        *("device-read-iops", "device-write-bps", "device-write-iops", "dns", "dns-option", "dns-search"),
        *("domainname", "entrypoint", "env", "env-file", "expose", "gpus", "group-add", "health-cmd"),
        *("health-interval", "health-retries", "health-start-interval", "health-start-period"),
        *("health-timeout", "hostname", "io-maxbandwidth", "io-maxiops", "ip", "ip6", "ipc", "isolation"),
        *("kernel-memory", "label", "label-file", "link", "link-local-ip", "log-driver", "log-opt"),
        *("mac-address", "memory", "memory-reservation", "memory-swap", "memory-swappiness", "mount"),
        *("name", "network", "network-alias", "oom-score-adj", "pid", "pids-limit", "platform"),
        *("publish", "pull", "restart", "runtime", "security-opt", "shm-size", "stop-signal"),
        *("stop-timeout", "storage-opt", "sysctl", "tmpfs", "ulimit", "user", "userns", "uts", "volume"),
        *("volume-driver", "volumes-from", "workdir"),
    }
)
"""Options that take a value."""

SHORT: Mapping[str, str] = {
    "a": "attach",
    "c": "cpu-shares",
    "d": "detach",
    "e": "env",
    "h": "hostname",
    "i": "interactive",
    "l": "label",
    "m": "memory",
    "p": "publish",
    "P": "publish-all",
    "q": "quiet",
    "t": "tty",
    "u": "user",
    "v": "volume",
    "w": "workdir",
}
"""Options of one letter."""

_FORMER = {"net": "network", "net-alias": "network-alias", "dns-opt": "dns-option"}
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})

GLOBAL_SWITCHES = frozenset({"-D", "--debug", "--tls", "--tlsverify"})
GLOBAL_VALUED: Mapping[str, str] = {
    "-H": "-H",
    "--host": "-H",
    "-c": "-c",
    "--context": "-c",
    "--config": "--config",
    "-l": "-l",
    "--log-level": "-l",
    "--tlscacert": "--tlscacert",
    "--tlscert": "--tlscert",
    "--tlskey": "--tlskey",
}
"""Options of `docker` itself that take a value, by the spelling that the others are turned into."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One option as it was given."""

    name: str
    """Its long name without dashes, whatever its spelling."""
    text: str
    """Its value; of a switch `true` or `false`."""
    unexpanded: str = ""
    """What in its value only a shell knows."""

    @property
    def is_on(self) -> bool:
        """Whether a switch is on."""
        return self.text == "true"

    @property
    def written(self) -> str:
        """As a person would write it, a secret in it masked."""
        if self.name in SWITCHES:
            return f"--{self.name}" if self.is_on else f"--{self.name}=false"
        return f"--{self.name} {assignment(self.text)}"


def read_flags(words: Sequence[Word]) -> tuple[list[Flag], Sequence[Word]]:
    """The options that stand in front, and the words behind them: the image and its command.

    Raises ValueError for what is no option of `docker run`.
    """
    flags: list[Flag] = []
    rest = list(words)
    while rest and rest[0].text.startswith("-") and rest[0].text != "-":
        word = rest.pop(0)
        if word.text == "--":
            break
        if word.text.startswith("--"):
            flags.append(_long(word, rest))
        else:
            flags += _cluster(word, rest)
    return flags, rest


def _long(word: Word, rest: list[Word]) -> Flag:
    spelled, equals, value = word.text[2:].partition("=")
    name = _FORMER.get(spelled, spelled)
    if name in SWITCHES:
        return _switch(name, f"--{spelled}", value if equals else "true", word)
    if name not in VALUED:
        raise ValueError(f"docker run knows no option --{spelled}: take it out of the line.")
    return _valued(name, f"--{spelled}", value if equals else None, word, rest)


def _cluster(word: Word, rest: list[Word]) -> list[Flag]:
    """Letters behind one dash: switches, and at most one option with a value, which ends it."""
    flags: list[Flag] = []
    letters = word.text[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        name = SHORT.get(letter)
        if name is None:
            raise ValueError(
                f"docker run knows no option -{letter}, as in {word.text}: take it out of the line."
            )
        value = letters.removeprefix("=") if letters else None
        if name not in SWITCHES:
            return [*flags, _valued(name, f"-{letter}", value, word, rest)]
        if letters.startswith("="):
            return [*flags, _switch(name, f"-{letter}", letters[1:], word)]
        flags.append(Flag(name, "true"))
    return flags


def _switch(name: str, spelled: str, value: str, word: Word) -> Flag:
    if value not in _TRUE | _FALSE:
        raise ValueError(f"{spelled} is on or off, as in {spelled}=false: {value or 'nothing'} is neither.")
    return Flag(name, "true" if value in _TRUE else "false", word.unexpanded)


def _valued(name: str, spelled: str, value: str | None, word: Word, rest: list[Word]) -> Flag:
    if value is not None:
        return Flag(name, value, word.unexpanded)
    if not rest:
        raise ValueError(f"{spelled} stands at the end of the line without its value.")
    following = rest.pop(0)
    return Flag(name, following.text, following.unexpanded)
