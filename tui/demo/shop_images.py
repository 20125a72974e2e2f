"""The images of the demo's web shop."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tui.demo.models import JSON, Image, Layer
from tui.demo.world import World

DAY = 86_400.0
MB = 1_000_000

PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
EMPTY_CONFIG: JSON = {
    "Hostname": "",
    "Domainname": "",
    "User": "",
    "AttachStdin": False,
    "AttachStdout": False,
    "AttachStderr": False,
    "Tty": False,
    "OpenStdin": False,
    "StdinOnce": False,
    "Env": [PATH],
    "Cmd": None,
    "Image": "",
    "Volumes": None,
    "WorkingDir": "",
    "Entrypoint": None,
    "OnBuild": None,
    "Labels": None,
}


@dataclass(frozen=True)
class Recipe:
    """One image of the table below."""

    key: str
    """What other recipes call it, and what its id follows from."""
    age: float
    """Seconds since it was built."""
    layers: tuple[tuple[str, float], ...]
    """Steps that made a layer, with their size in MB."""
    tags: tuple[str, ...] = ()
    digest_of: str = ""
    """Repository that it was pulled from by digest."""
    base: str = ""
    """Key of the image whose layers it starts with."""
    parent: str = ""
    """Key of the image that the classic builder went on from."""
    hidden: bool = False
    config: JSON = field(default_factory=dict)


DEBIAN = ("ADD rootfs.tar.xz / # buildkit", 74.8)
ALPINE = ("ADD alpine-minirootfs.tar.gz / # buildkit", 7.8)
APP: JSON = {
    "Cmd": ["python", "-m", "shop"],
    "User": "app",
    "WorkingDir": "/app",
    "Env": [PATH, "PYTHON_VERSION=3.12.8", "PYTHONUNBUFFERED=1"],
    "ExposedPorts": {"8000/tcp": {}},
    "Labels": {"org.opencontainers.image.title": "shop"},
}

RECIPES = (
    Recipe("debian", 41 * DAY, (DEBIAN,), ("debian:bookworm-slim",), "debian", config={"Cmd": ["bash"]}),
    Recipe(
        "nginx",
        33 * DAY,
        (
            ALPINE,
            ("RUN apk add --no-cache nginx # buildkit", 39.4),
            ("COPY docker-entrypoint.sh / # buildkit", 0.1),
        ),
        ("nginx:1.27-alpine",),
        "nginx",
        config={
            "Entrypoint": ["/docker-entrypoint.sh"],
            "Cmd": ["nginx", "-g", "daemon off;"],
            "ExposedPorts": {"80/tcp": {}},
            "StopSignal": "SIGQUIT",
        },
    ),
    Recipe(
        "python",
        40 * DAY,
        (("RUN make python 3.12.8 # buildkit", 46.2),),
        ("python:3.12-slim",),
        "python",
        base="debian",
        config={"Cmd": ["python3"]},
    ),
    Recipe("app-1", 9 * DAY, (("RUN pip install . # buildkit", 31.0),), base="python", config=APP),
    Recipe("app-2", 5 * DAY, (("RUN pip install . # buildkit", 31.4),), base="python", config=APP),
    Recipe(
        "app",
        2 * DAY,
        (("RUN pip install . # buildkit", 31.9), ("COPY src /app # buildkit", 2.3)),
        ("shop/app:2.3.1", "shop/app:latest"),
        base="python",
        config=APP,
    ),
    Recipe(
        "worker-step",
        12 * DAY,
        (("/bin/sh -c apt-get install -y libpq5", 18.6),),
        base="debian",
        parent="debian",
        hidden=True,
        config={"Cmd": ["bash"]},
    ),
    Recipe(
        "worker",
        12 * DAY,
        (("/bin/sh -c #(nop) COPY dir in /app ", 12.0),),
        ("shop/worker:1.8",),
        base="worker-step",
        parent="worker-step",
        config={"Cmd": ["/app/worker"], "Labels": {"org.opencontainers.image.title": "worker"}},
    ),
    Recipe(
        "postgres",
        26 * DAY,
        (("RUN apt-get install -y postgresql-16 # buildkit", 356.1),),
        ("postgres:16",),
        "postgres",
        base="debian",
        config={
            "Entrypoint": ["docker-entrypoint.sh"],
            "Cmd": ["postgres"],
            "ExposedPorts": {"5432/tcp": {}},
            "Env": [PATH, "PG_MAJOR=16", "PGDATA=/var/lib/postgresql/data"],
            "Volumes": {"/var/lib/postgresql/data": {}},
        },
    ),
    Recipe(
        "redis",
        30 * DAY,
        (ALPINE, ("RUN make redis 7.4.2 # buildkit", 33.0)),
        ("redis:7-alpine",),
        "redis",
        config={
            "Entrypoint": ["docker-entrypoint.sh"],
            "Cmd": ["redis-server"],
            "ExposedPorts": {"6379/tcp": {}},
            "Volumes": {"/data": {}},
            "WorkingDir": "/data",
        },
    ),
    Recipe(
        "mailer",
        3 * DAY,
        (("COPY mailer.py /app/ # buildkit", 0.02),),
        ("shop/mailer:0.4",),
        base="python",
        config={"Cmd": ["python", "/app/mailer.py"]},
    ),
    Recipe(
        "search",
        60 * DAY,
        (("RUN tar -xzf search.tar.gz # buildkit", 812.5),),
        ("shop/search:2.15",),
        base="debian",
        config={
            "Cmd": ["/usr/share/search/bin/search"],
            "ExposedPorts": {"9200/tcp": {}},
            "Volumes": {"/usr/share/search/data": {}},
        },
    ),
    Recipe(
        "tools",
        80 * DAY,
        (ALPINE, ("COPY bin /usr/local/bin", 4.2)),
        ("shop/tools:latest",),
        config={"Cmd": ["sh"]},
    ),
    Recipe(
        "grafana",
        50 * DAY,
        (ALPINE, ("COPY public ./public # buildkit", 470.0)),
        ("grafana/grafana:11.2.0",),
        "grafana/grafana",
        config={"Entrypoint": ["/run.sh"], "User": "472", "ExposedPorts": {"3000/tcp": {}}},
    ),
    Recipe(
        "prometheus",
        55 * DAY,
        (("COPY rootfs / # buildkit", 1.4), ("COPY prometheus /bin/prometheus # buildkit", 270.3)),
        ("prom/prometheus:v2.54.1",),
        "prom/prometheus",
        config={
            "Entrypoint": ["/bin/prometheus"],
            "Cmd": ["--config.file=/etc/prometheus/prometheus.yml"],
            "User": "nobody",
            "ExposedPorts": {"9090/tcp": {}},
        },
    ),
    Recipe("alpine", 70 * DAY, (ALPINE,), (), "alpine", config={"Cmd": ["/bin/sh"]}),
    Recipe(
        "node",
        21 * DAY,
        (ALPINE, ("RUN install node 22.11.0 # buildkit", 146.0)),
        ("node:22-alpine",),
        "node",
        config={"Entrypoint": ["docker-entrypoint.sh"], "Cmd": ["node"]},
    ),
)


def build(world: World) -> None:
    """Put every image into the world."""
    known: dict[str, Image] = {}
    for recipe in RECIPES:
        known[recipe.key] = image = made(world, recipe, known)
        world.images[image.id] = image


def made(world: World, recipe: Recipe, known: dict[str, Image]) -> Image:
    """An image after its recipe; `known` holds those that it is based on."""
    layers = list(known[recipe.base].layers) if recipe.base else []
    for step, size in recipe.layers:
        below = layers[-1].digest if layers else ""
        digest = f"sha256:{world.digest(f'layer:{below}:{step}:{size}')}"
        layers.append(Layer(digest, int(size * MB), step))
    config = {**EMPTY_CONFIG, **recipe.config}
    created = world.born - recipe.age - int(world.digest(recipe.key)[:4], 16) / 10
    manifest = world.digest(f"manifest:{recipe.key}")
    return Image(
        id=f"sha256:{world.digest(f'image:{recipe.key}')}",
        created=created,
        config=config,
        layers=layers,
        tags=list(recipe.tags),
        digests=[f"{recipe.digest_of}@sha256:{manifest}"] if recipe.digest_of else [],
        parent=known[recipe.parent].id if recipe.parent else "",
        hidden=recipe.hidden,
        tagged=created + 2.5 if recipe.tags else None,
        steps=_steps(config),
    )


def _steps(config: JSON) -> list[str]:
    """The lines that made no layer, as BuildKit notes them."""
    own = [each for each in config["Env"] if each != PATH]
    return [
        *(f"ENV {each}" for each in own),
        *(f"LABEL {key}={value}" for key, value in (config["Labels"] or {}).items()),
        *([f"WORKDIR {config['WorkingDir']}"] if config["WorkingDir"] else []),
        *([f"USER {config['User']}"] if config["User"] else []),
        *(f"EXPOSE map[{port}:{{}}]" for port in config.get("ExposedPorts") or ()),
        *(f"VOLUME [{path}]" for path in config["Volumes"] or ()),
        *([f"STOPSIGNAL {config['StopSignal']}"] if config.get("StopSignal") else []),
        *(
            f"{word} [{' '.join(map(json.dumps, config[key]))}]"
            for word, key in (("ENTRYPOINT", "Entrypoint"), ("CMD", "Cmd"))
            if config[key]
        ),
    ]
