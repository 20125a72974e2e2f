"""Objects whose strings do what they can to a terminal and to markup, wherever an Engine lets them be."""

from __future__ import annotations

from tui.demo import lifecycle, making, networks, volumes
from tui.demo.models import JSON, LogLine
from tui.demo.world import World

STRINGS = {
    "markup": "[/x][bold red]oops[/]",
    "link": "[@click=app.exit]press me[/]",
    "clipboard": "\x1b]52;c;aGFjaw==\x07",
    "title": "\x1b]0;owned\x07",
    "screen": "\x1b[2J\x1b[H\x1b[31mred",
    "right-to-left": "\u202egnp.exe",
    "isolate": "a\u2066b\u2069c",
    "newline": "one\r\ntwo\x9b31m",
    "zero-width": "a\u200bb\u200dc\ufeff",
    "combining": "z" + "\u0351\u034b" * 40,
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "wide": "\u7801\u5934" * 20,
    "nul": "a\x00b",
    "long": "x" * 10_000,
}
"""By what they are."""
LINES = (
    *(text.encode() for text in STRINGS.values()),
    b"\xff\xfe not UTF-8 \xc3\x28",
    b"10 %\r20 %\r30 %",
    b"m" * 1_000_000,
)
"""What the loud container has logged."""
LOUD = "h" + "o" * 120 + "stile"


def build(world: World) -> None:
    """Add a container, an image, a network and a volume for each string, and one container that logs all."""
    for number, (name, text) in enumerate(STRINGS.items()):
        # an environment has no NUL in it, on any Engine
        spoken = text.replace("\x00", "")
        body: JSON = {
            "Image": "shop/tools:latest",
            "Cmd": ["sh", "-c", f"sleep 1000 # {spoken}"],
            "Env": [f"STRANGE={spoken}"],
            "Labels": {text: text},
            "HostConfig": {"Binds": [f"hostile-{name}:/data"]},
        }
        volumes.create(
            world, {"Name": f"hostile-{name}", "Labels": {text: text}, "DriverOpts": {"device": text}}
        )
        lifecycle.launch(world, making.create(world, f"hostile-{name}", body))
        pool = {"Config": [{"Subnet": f"10.200.{number}.0/24"}]}
        made = {"Name": f"hostile-{name}-net", "Labels": {text: text}, "IPAM": pool}
        network = networks.create(world, made)
        network.options = {"com.example.note": text}
    image = world.image("alpine@" + _digest(world))
    image.config = {**image.config, "Labels": dict(STRINGS), "Env": list(STRINGS.values()), "Cmd": [*STRINGS]}
    image.steps = list(STRINGS.values())
    loud = making.create(world, LOUD, {"Image": "shop/tools:latest", "Cmd": ["sleep", "1000"]})
    lifecycle.launch(world, loud)
    loud.written = [LogLine(world.now(), 1 + number % 2, line) for number, line in enumerate(LINES)]


def _digest(world: World) -> str:
    """The digest by which the alpine image is known here."""
    return next(
        one.partition("@")[2]
        for image in world.images.values()
        for one in image.digests
        if one.startswith("alpine@")
    )
