"""The kinds of object that an Engine keeps and Wharf shows."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """A sort of object; the value is Docker's own word for it."""

    CONTAINER = "container"
    IMAGE = "image"
    NETWORK = "network"
    VOLUME = "volume"

    @property
    def plural(self) -> str:
        """The word for several: "containers"."""
        return f"{self.value}s"
