"""Docker's detach keys: the keys that leave a container's terminal and let it run on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULT = "ctrl-p,ctrl-q"
"""What the Engine uses when nothing is configured."""

_CONTROL = {f"ctrl-{letter}": code for code, letter in enumerate("@abcdefghijklmnopqrstuvwxyz[\\]^_")}


def detach_bytes(keys: str) -> bytes:
    """The bytes that a terminal sends for keys in Docker's spelling, such as "ctrl-p,ctrl-q" or "ctrl-@,x".

    Accepts what the docker command line accepts: single characters, "ctrl-" with a small letter or one of
    @[\\]^_, and "DEL", joined by commas. Raises ValueError, naming the part that is none of these.
    """
    codes = bytearray()
    for key in keys.split(","):
        if key in _CONTROL:
            codes.append(_CONTROL[key])
        elif key == "DEL":
            codes.append(0x7F)
        elif len(key) == 1 and key.isascii():
            codes += key.encode()
        else:
            raise ValueError(
                f"{key!r} is not a key: use a single character, or ctrl- and one of a-z @ [ \\ ] ^ _"
            )
    return bytes(codes)


def detach_words(keys: str) -> str:
    """The same keys for people: "ctrl-p then ctrl-q"."""
    return " then ".join(keys.split(","))


def configured_keys(config: Mapping[str, Any]) -> str:
    """The keys that a docker config.json asks for, or Docker's own.

    Raises ValueError when they are not valid: the docker command line refuses them too.
    """
    keys = config.get("detachKeys") or DEFAULT
    if not isinstance(keys, str):
        raise ValueError("detachKeys in config.json is not a text")
    detach_bytes(keys)
    return keys
