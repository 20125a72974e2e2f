"""A doorway: a port of loopback that leads into a private Engine, over a line as good or bad as wanted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
END_SECONDS = 5.0


class Doorway:
    """One port on 127.0.0.1 in front of something inside an Engine; made by `PrivateEngine.doorway`.

    What is asked of it counts for connections there are and for those that come. The line's delay is the
    relay's own (see relay.py), as not every kernel can delay what an interface sends.
    """

    def __init__(self, command: list[str]) -> None:
        """`command` runs the relay, as `relay` makes it. Raises OSError when it does not come to listen."""
        self._relay = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.port = int(self._answer())

    @property
    def address(self) -> str:
        """The host and port to connect to."""
        return f"127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Reset every connection; more may be made."""
        self._ask("cut")

    def refuse(self) -> None:
        """Refuse connections from here on; those there are go on."""
        self._ask("refuse")

    def accept(self) -> None:
        """Take connections again."""
        self._ask("accept")

    def unplug(self) -> None:
        """Reset every connection and refuse others until `accept`."""
        self.refuse()
        self.cut()

    def freeze(self) -> None:
        """Hold everything that is sent, silently, also on connections that come."""
        self._ask("freeze")

    def thaw(self) -> None:
        """Deliver what was held, and go on."""
        self._ask("thaw")

    def slow(self, milliseconds: float, loss: float = 0.0, seed: int = 0) -> None:
        """Delay each direction by so many milliseconds, so that a round trip takes twice that.

        `loss` is the share of packets (0.01 is one in a hundred) that come one retransmission later, and all
        that follows with them. Which ones is the same for each `seed`, on connections made from here on.
        A delay of 0 is a fast line again.
        """
        self._ask("slow", milliseconds / 1000, loss, seed)

    @property
    def traffic(self) -> dict[str, int]:
        """Connections "open" and "made" so far, and bytes that went "in" and "out" of the Engine."""
        return dict(self._ask("traffic"))

    def heal(self) -> None:
        """A good line again, whatever was done to it."""
        self.slow(0)
        self.thaw()
        self.accept()

    def stop(self) -> None:
        """Close the port and all connections. May be called again."""
        if self._relay.poll() is None:
            self._relay.communicate(timeout=END_SECONDS)

    def _ask(self, request: str, *arguments: object) -> Any:
        assert self._relay.stdin is not None
        self._relay.stdin.write(json.dumps([request, *arguments]) + "\n")
        self._relay.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._relay.stdout is not None
        line = self._relay.stdout.readline()
        if not line:
            raise OSError(f"the relay ended by itself with code {self._relay.wait()}")
        return json.loads(line)["result"]


def relay(pid: int, target: int | Path) -> list[str | Path]:
    """The command that relays into the network namespace of a process, or to a unix socket; needs root."""
    return [sys.executable, "-I", "-S", HERE / "relay.py", str(pid), str(target)]
