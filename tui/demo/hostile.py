"""Objects whose strings do what they can to a terminal and to markup, wherever an Engine lets them be."""

from __future__ import annotations

from dataclasses import replace

from tui.demo import lifecycle, making, networks, volumes
from tui.demo.models import JSON, Container, Health, LogLine
from tui.demo.world import World

STRINGS = {
    "markup": "[/x][bold red]oops[/]",
    "link": "[@click=app.exit]press me[/]",
    "brackets": "\\[[[[/]]]$x {y} %s",
    "clipboard": "\x1b]52;c;aGFjaw==\x07",
    "title": "\x1b]0;owned\x07",
    "screen": "\x1b[2J\x1b[H\x1b[31mred",
    "right-to-left": "\u202egnp.exe",
    "isolate": "a\u2066b\u2069c",
    "newline": "one\r\ntwo\x9b31m\u2028three",
    "zero-width": "a\u200bb\u200dc\ufeff",
    "combining": "z" + "\u0351\u034b" * 40,
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "flag": "\U0001f1ea\U0001f1fa\u2764\ufe0f",
    "wide": "\u7801\u5934" * 20,
    "nul": "a\x00b",
    "half-pair": "a\ud800b",
    "long": "x" * 10_000,
}
"""By what they are."""
LINES = (
    *(text.encode("utf-8", "surrogatepass") for text in STRINGS.values()),
    b"\xff\xfe not UTF-8 \xc3\x28",
    b"10 %\r20 %\r30 %",
    b"m" * 1_000_000,
)
"""What the loud container has logged."""
LOUD = "h" + "o" * 247 + "stile"
"""Its name: an Engine sets no limit, what is longer is no file name."""
IMAGE = f"hostile/{'i' * 247}:{'t' * 128}"
"""The longest reference that an image can have."""
VOLUME = "hostile-" + "v" * 247
"""The longest name that a file system lets a volume have."""
REFUSED = "cannot pause: " + "; ".join(text for name, text in STRINGS.items() if name != "long")
"""How the Engine refuses to pause any of the containers."""
ENDED = ("clipboard", "isolate", "long")
"""Whose containers have ended, with such a reason."""
TOOLS = "shop/tools:latest"
PREFIX = "hostile-"
"""What the names of the others begin with."""


def build(world: World) -> None:
    """Add a container, a network and a volume for each string, then what has them all or the longest name."""
    for number, (name, text) in enumerate(STRINGS.items()):
        pool = {"Config": [{"Subnet": f"10.200.{number}.0/24"}]}
        asked = {"Name": f"{PREFIX}{name} {text}", "Labels": {text: text}, "Options": {text: text}}
        network = networks.create(world, {**asked, "IPAM": pool})
        volume: JSON = {"Name": f"{PREFIX}{name}", "Labels": {text: text}, "DriverOpts": {"device": text}}
        volumes.create(world, volume)
        container = _container(world, f"{PREFIX}{name}", text, network.name)
        if name in ENDED:
            lifecycle.halt(world, container, 1)
            container.error = text
    volumes.create(world, {"Name": VOLUME, "Labels": dict(STRINGS)})
    _image(world)
    loud = making.create(world, LOUD, {"Image": TOOLS, "Cmd": ["sleep", "100000"]})
    lifecycle.launch(world, loud)
    loud.written = [LogLine(world.now(), 1 + number % 2, line) for number, line in enumerate(LINES)]
    for one in world.containers.values():
        if one.name == LOUD or one.name.startswith(PREFIX):
            for known_as in (one.id, one.name):
                world.dials.refuse("POST", f"/containers/{known_as}/pause", 500, REFUSED)


def spoken(text: str) -> str:
    """What a process can be given of a text: no NUL, and nothing that is no UTF-8."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def _container(world: World, name: str, text: str, network: str) -> Container:
    """One that runs, and is not well."""
    word = spoken(text)
    mount = {"Type": "volume", "Source": name, "Target": f"/data/{word}"}
    body: JSON = {
        "Image": TOOLS,
        "Hostname": word[:63],
        "Cmd": ["sh", "-c", "sleep 100000", word],
        "Env": [f"STRANGE={word}", f"{word}=strange"],
        "Labels": {text: text},
        "Healthcheck": {"Test": ["CMD-SHELL", word]},
        "HostConfig": {"NetworkMode": network, "Mounts": [mount]},
    }
    container = making.create(world, name, body)
    lifecycle.launch(world, container)
    probe = {"Start": "2025-06-15T15:06:39Z", "End": "2025-06-15T15:06:40Z", "ExitCode": 1, "Output": text}
    container.health = Health("unhealthy", 3, [probe])
    return container


def _image(world: World) -> None:
    """One that has all the strings wherever it can."""
    base, strings = world.image(TOOLS), list(STRINGS.values())
    config = {**base.config, "Labels": dict(STRINGS), "Env": strings, "Cmd": strings, "WorkingDir": "/x"}
    image = replace(
        base,
        id=f"sha256:{world.fresh_id('image')}",
        config=config,
        layers=list(base.layers),
        tags=[IMAGE],
        digests=[],
        steps=strings,
        author=REFUSED,
        comment=REFUSED,
    )
    world.images[image.id] = image
