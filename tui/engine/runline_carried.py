"""What a line of `docker run` says beyond the fields of the run form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tui.engine import runline_values as values
from tui.engine.carried import CONFIG_FLAGS, HEALTH_FLAGS, HOST_FLAGS, HOST_MAPS, Carried
from tui.engine.runline_flags import SHORT, SWITCHES, Flag

_NUMBERS = frozenset(
    {
        *("blkio-weight", "cpu-period", "cpu-quota", "cpu-rt-period", "cpu-rt-runtime", "cpu-shares"),
        *("memory-swappiness", "oom-score-adj", "pids-limit", "stop-timeout"),
    }
)
_SIZES = frozenset({"memory-reservation", "memory-swap", "shm-size"})
_LISTS = frozenset({"dns", "dns-option", "dns-search", "group-add", "volumes-from", "device-cgroup-rule"})
_SILENT: Mapping[str, int] = {"memory-swappiness": -1, "stop-timeout": -(2**63)}
"""The number that says the same as silence, where that is not 0."""


def _by_option(flags: Mapping[str, str]) -> dict[str, str]:
    return {SHORT.get(flag.lstrip("-"), flag.lstrip("-")): key for key, flag in flags.items()}


_CONFIG, _HOST = _by_option(CONFIG_FLAGS), _by_option(HOST_FLAGS)
_MAPS = {flag.lstrip("-"): (key, between) for key, (flag, between) in HOST_MAPS.items()}
_TIMES = {flag.lstrip("-"): key for key, flag in HEALTH_FLAGS.items()}


class Carrying:
    """Takes options one by one. What it raises leaves everything as it was."""

    def __init__(self) -> None:
        self._config: dict[str, Any] = {}
        self._host: dict[str, Any] = {}
        self._aliases: list[str] = []
        self._exposed: list[str] = []
        self._health: dict[str, Any] = {}
        self._added: list[str] = []
        self._dropped: list[str] = []
        self._security: list[str] = []
        self._log: dict[str, Any] = {}
        self._takers: Mapping[str, Callable[[str], object]] = {
            "cap-add": self._added.append,
            "cap-drop": self._dropped.append,
            "security-opt": self._secure,
            "network-alias": self._aliases.append,
            "expose": lambda text: self._exposed.extend(values.read_exposed(text)),
            "add-host": self._one_of("ExtraHosts", values.read_host),
            "link": self._one_of("Links", values.read_link),
            "ulimit": self._one_of("Ulimits", values.read_ulimit),
            "device": self._one_of("Devices", values.read_device),
            "gpus": self._one_of("DeviceRequests", values.read_gpus),
            "mount": self._one_of("Mounts", values.read_mounted),
            "log-driver": lambda text: self._log.update(Type=text),
            "log-opt": self._log_option,
            "health-cmd": lambda text: self._health.update(Test=["CMD-SHELL", text] if text else []),
            "health-retries": lambda text: self._health.update(Retries=values.read_number(text)),
        }

    def take(self, flag: Flag) -> bool:
        """Whether this option is one to be carried. Raises ValueError when its value cannot be."""
        name, text = flag.name, flag.text
        if name == "no-healthcheck":
            self._health = {"Test": ["NONE"]} if flag.is_on else self._health
        elif name in self._takers:
            self._takers[name](text)
        elif name in _MAPS:
            key, between = _MAPS[name]
            self._host.setdefault(key, {}).update([values.read_pair(text, between)])
        elif name in _TIMES:
            self._health[_TIMES[name]] = values.read_time(text)
        elif name in _CONFIG or name in _HOST:
            self._keep(flag)
        else:
            return False
        return True

    def carried(self, other_networks: Sequence[str] = ()) -> Carried:
        """All that was taken."""
        config, host = dict(self._config), dict(self._host)
        if health := {key: value for key, value in self._health.items() if value}:
            config["Healthcheck"] = health
        for key, names in (("CapAdd", self._added), ("CapDrop", self._dropped)):
            if names:
                host[key] = values.read_capabilities(names)
        host |= values.read_security(self._security)
        if self._log:
            host["LogConfig"] = {"Type": "", "Config": {}, **self._log}
        return Carried(
            config, host, tuple(self._aliases), tuple(self._exposed), other_networks=tuple(other_networks)
        )

    def _keep(self, flag: Flag) -> None:
        """An option of one setting: the last one counts."""
        name, text = flag.name, flag.text
        place, key = (self._config, _CONFIG[name]) if name in _CONFIG else (self._host, _HOST[name])
        if name in _LISTS:
            place.setdefault(key, []).append(text)
            return
        value: bool | int | str = text
        silent: bool | int | str = ""
        if name in SWITCHES:
            # an Engine may give every container an init: only that one is worth refusing
            value, silent = flag.is_on, "" if name == "init" else False
        elif name in _NUMBERS:
            value, silent = values.read_number(text), _SILENT.get(name, 0)
        elif name in _SIZES:
            value, silent = values.read_size(text), 0
        place.pop(key, None)
        if value != silent:
            place[key] = value

    def _one_of(self, key: str, read: Callable[[str], object]) -> Callable[[str], None]:
        def take(text: str) -> None:
            found = read(text)
            self._host.setdefault(key, []).append(found)

        return take

    def _secure(self, text: str) -> None:
        values.read_security([text])
        self._security.append(text)

    def _log_option(self, text: str) -> None:
        name, value = values.read_pair(text, "=")
        self._log.setdefault("Config", {})[name] = value
