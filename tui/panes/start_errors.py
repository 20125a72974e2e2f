"""What to do about the Engine's words for a container that could not be started, or runc's in its log."""

from __future__ import annotations

import re

_KNOWN = (
    (
        r"Bind for \S*?:(\d+) failed: port is already allocated",
        "Port {} of the host is another container's: stop that one, or publish another port.",
    ),
    (
        r"(?:listen|bind)\S* (?:tcp|udp)\S* \S*?:(\d+)\b.*address already in use",
        "Port {} of the host is another program's: end that one, or publish another port.",
    ),
    (
        r'exec: "([^"]*)": executable file not found in \$PATH',
        "Nothing in its $PATH is called {}: correct its command or entrypoint, or the image.",
    ),
    (
        r"executable file `([^`]*)` not found in \$PATH",
        "Nothing in its $PATH is called {}: correct its command or entrypoint, or the image.",
    ),
    (
        r'exec: "([^"]*)": stat \S+: no such file or directory',
        "There is no {} in it: correct its command or entrypoint, or the image.",
    ),
    (
        r'exec: "([^"]*)": is a directory',
        "{} is a folder: correct its command or entrypoint.",
    ),
    (
        r'exec: "([^"]*)": permission denied',
        "{} is a folder, or not executable for its user: chmod +x it in the image, or run another command.",
    ),
    (
        r'exec "?([^":]*)"?: exec format error',
        "{} is for another kind of machine, or a script that does not begin with #!.",
    ),
    (
        r"^exec ([^\s:]+): no such file or directory$",
        "{} is a script whose #! names nothing there is (also when its lines end as in Windows), "
        "or a program that lacks its loader.",
    ),
    (
        r"bind source path does not exist: (\S+)",
        "The host has no {}: make it there, or mount another path.",
    ),
    (
        r"Are you trying to mount a directory onto a file",
        "A folder is mounted on a file or a file on a folder: look at both ends of its mounts.",
    ),
    (
        r"unable to find user ([^\s:]+): no matching entries",
        "Its image has no user {}: name another one, or a number.",
    ),
    (
        r'error gathering device information while adding custom device "([^"]*)": no such file',
        "The host has no device {}: plug it in or load its driver, or run without it.",
    ),
    (
        r"network (\S+) not found",
        "Its network is gone: make it again, or connect the container to another one.",
    ),
    (r"no space left on device", "A disk of the Engine's machine is full: make room there."),
)
"""A pattern in the Engine's words, and what to do, with what the pattern's group found."""


def start_advice(error: str) -> str:
    """The next step, in one sentence; "" where it is not certain."""
    for pattern, advice in _KNOWN:
        if match := re.search(pattern, error):
            return advice.format(*match.groups())
    return ""
