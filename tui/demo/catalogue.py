"""What the demo's pretend registry has: official images that courses begin with, and what the shop pulled.

The shop's own images (`shop/…`) are not in it: they were built here and pushed nowhere, so that pulling
them is denied, as it is for everybody who tries that with a local image.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.demo.models import JSON, Image
from tui.demo.shop_images import ALPINE, DAY, DEBIAN, PATH, RECIPES, Recipe, made
from tui.demo.world import World

Layers = tuple[tuple[str, float], ...]
"""Steps that made a layer, with its size in MB."""

RELEASED_EVERY = 23 * DAY
"""How much older each image of a repository is than the one before."""


@dataclass(frozen=True)
class Offer:
    """Images of one repository that are made alike; `{}` in a step or in the environment is the version."""

    images: tuple[str, ...]
    """The tags of each image, with a space between them; the newest image first, its version in front."""
    layers: Layers
    config: JSON

    def recipe(self, repo: str, age: int) -> Recipe:
        """How the image of this age is made; 0 is the newest."""
        tags = self.images[age].split()
        layers = tuple((step.replace("{}", tags[0]), size) for step, size in self.layers)
        env = [PATH, *(each.replace("{}", tags[0]) for each in self.config.get("Env", ()))]
        return Recipe(
            f"{repo}:{tags[0]}",
            4 * DAY + age * RELEASED_EVERY,
            layers,
            tuple(f"{repo}:{tag}" for tag in tags),
            repo,
            config={**self.config, "Env": env},
        )


UBUNTU = ("ADD rootfs-noble.tar.xz / # buildkit", 78.1)
BUILDING: Layers = (
    DEBIAN,
    ("RUN apt-get install -y ca-certificates curl gnupg # buildkit", 48.5),
    ("RUN apt-get install -y git mercurial openssh-client procps # buildkit", 177.2),
    ("RUN apt-get install -y autoconf gcc g++ make libssl-dev # buildkit", 588.1),
)
"""What compilers stand on, in every language."""
ENTRY = ("COPY docker-entrypoint.sh /usr/local/bin/ # buildkit", 0.02)
GOSU = ("RUN install gosu 1.17 # buildkit", 2.6)


def _service(command: str, *ports: int, volume: str = "", **more: object) -> JSON:
    config: JSON = {
        "Entrypoint": ["docker-entrypoint.sh"],
        "Cmd": [command],
        "ExposedPorts": {f"{port}/tcp": {} for port in ports},
    }
    return config | ({"Volumes": {volume: {}}, "WorkingDir": volume} if volume else {}) | more


def _database(user: str, server: str, size: float) -> Layers:
    return (
        DEBIAN,
        (f"RUN groupadd -r {user} && useradd -r -g {user} {user} # buildkit", 0.01),
        GOSU,
        ("RUN apt-get install -y gnupg locales tzdata xz-utils zstd # buildkit", 25.4),
        ("RUN mkdir /docker-entrypoint-initdb.d # buildkit", 0.001),
        (f"RUN apt-get install -y {server}={{}} # buildkit", size),
        ("COPY config /etc/ # buildkit", 0.01),
        ENTRY,
    )


NGINX: JSON = {
    "Entrypoint": ["/docker-entrypoint.sh"],
    "Cmd": ["nginx", "-g", "daemon off;"],
    "ExposedPorts": {"80/tcp": {}},
    "Env": ("NGINX_VERSION={}",),
    "StopSignal": "SIGQUIT",
}
NGINX_FILES: Layers = (
    ("COPY docker-entrypoint.sh / # buildkit", 0.01),
    ("COPY docker-entrypoint.d /docker-entrypoint.d # buildkit", 0.02),
)
REDIS = _service("redis-server", 6379, volume="/data", Env=("REDIS_VERSION={}",))
POSTGRES = _service("postgres", 5432, Volumes={"/var/lib/postgresql/data": {}}, Env=("PG_VERSION={}",))
PYTHON: JSON = {"Cmd": ["python3"], "Env": ("LANG=C.UTF-8", "PYTHON_VERSION={}")}
NODE = _service("node", Env=("NODE_VERSION={}",))
GO: JSON = {"Cmd": ["bash"], "WorkingDir": "/go", "Env": ("GOLANG_VERSION={}", "GOPATH=/go")}
RABBIT = _service(
    "rabbitmq-server",
    *(4369, 5671, 5672, 25672),
    Volumes={"/var/lib/rabbitmq": {}},
    Env=("RABBITMQ_VERSION={}",),
)

SH: JSON = {"Cmd": ["/bin/sh"]}
BASH: JSON = {"Cmd": ["/bin/bash"]}

OFFERS: dict[str, tuple[Offer, ...]] = {
    "alpine": (
        Offer(("3.22.2 3.22 3 latest",), (("ADD alpine-minirootfs-{}.tar.gz / # buildkit", 8.3),), SH),
        Offer(("3.21.3 3.21", "3.20.6 3.20"), (("ADD alpine-{}.tar.gz / # buildkit", 7.8),), SH),
    ),
    "busybox": (
        Offer(
            ("1.37.0 1.37 1 stable latest", "1.36.1 1.36"), (("ADD busybox-{}.tar.gz / # buildkit", 4.4),), SH
        ),
    ),
    "debian": (
        Offer(("13 trixie latest", "12 bookworm"), (("ADD rootfs-{}.tar.xz / # buildkit", 117.0),), BASH),
        Offer(("13-slim trixie-slim",), (("ADD rootfs-{}.tar.xz / # buildkit", 78.6),), BASH),
    ),
    "ubuntu": (
        Offer(("24.04 noble latest",), (UBUNTU,), BASH),
        Offer(
            ("25.10 questing rolling", "22.04 jammy"), (("ADD rootfs-{}.tar.xz / # buildkit", 77.9),), BASH
        ),
    ),
    "hello-world": (Offer(("linux latest",), (("COPY hello / # buildkit", 0.01),), {"Cmd": ["/hello"]}),),
    "nginx": (
        Offer(
            ("1.29.3 1.29 1 mainline latest", "1.28.0 1.28 stable", "1.27.5 1.27"),
            (DEBIAN, ("RUN apt-get install -y nginx={} # buildkit", 118.4), *NGINX_FILES),
            NGINX,
        ),
        Offer(
            ("1.29-alpine alpine mainline-alpine", "1.28-alpine stable-alpine"),
            (ALPINE, ("RUN apk add --no-cache nginx={} # buildkit", 44.7), *NGINX_FILES),
            NGINX,
        ),
    ),
    "httpd": (
        Offer(
            ("2.4.65 2.4 2 latest",),
            (DEBIAN, ("RUN apt-get install -y libaprutil1 # buildkit", 4.4), ("RUN make httpd {}", 66.1)),
            {"Cmd": ["httpd-foreground"], "ExposedPorts": {"80/tcp": {}}, "Env": ("HTTPD_VERSION={}",)},
        ),
    ),
    "traefik": (
        Offer(
            ("v3.5 3.5 v3 3 latest", "v2.11 2.11 v2 2"),
            (ALPINE, ("RUN apk add ca-certificates tzdata # buildkit", 2.5), ("RUN get traefik {}", 206.0)),
            {"Entrypoint": ["/entrypoint.sh"], "Cmd": ["traefik"], "ExposedPorts": {"80/tcp": {}}},
        ),
    ),
    "redis": (
        Offer(("8.2 8 latest", "7.4 7"), (DEBIAN, GOSU, ("RUN make redis {}", 49.8), ENTRY), REDIS),
        Offer(("8-alpine alpine",), (ALPINE, GOSU, ("RUN make redis {}", 51.2), ENTRY), REDIS),
    ),
    "memcached": (
        Offer(
            ("1.6.39 1.6 1 latest",),
            (DEBIAN, ("RUN make memcached {}", 8.9), ENTRY),
            _service("memcached", 11211),
        ),
    ),
    "postgres": (
        Offer(
            ("18.0 18 latest", "17.6 17", "15.14 15"), _database("postgres", "postgresql", 331.0), POSTGRES
        ),
        Offer(
            ("18-alpine alpine", "17-alpine"),
            (ALPINE, GOSU, ("RUN make postgres {}", 271.0), ENTRY),
            POSTGRES,
        ),
    ),
    "mysql": (
        Offer(
            ("9.4.0 9.4 9 latest", "8.4.6 8.4 8 lts"),
            _database("mysql", "mysql-server", 702.3),
            _service("mysqld", 3306, 33060, Volumes={"/var/lib/mysql": {}}, Env=("MYSQL_VERSION={}",)),
        ),
    ),
    "mariadb": (
        Offer(
            ("12.0 12 latest", "11.8 11 lts"),
            _database("mysql", "mariadb-server", 227.8),
            _service("mariadbd", 3306, Volumes={"/var/lib/mysql": {}}, Env=("MARIADB_VERSION={}",)),
        ),
    ),
    "mongo": (
        Offer(
            ("8.0 8 latest", "7.0 7"),
            (UBUNTU, *_database("mongodb", "mongodb-org", 744.6)[1:]),
            _service("mongod", 27017, Volumes={"/data/db": {}, "/data/configdb": {}}),
        ),
    ),
    "rabbitmq": (
        Offer(
            ("4.1 4 latest",),
            (UBUNTU, ("RUN make openssl and erlang", 62.0), ("RUN install rabbitmq {}", 33.1), ENTRY),
            RABBIT,
        ),
        Offer(
            ("4-management management",),
            (
                *(UBUNTU, ("RUN make openssl and erlang", 62.0), ("RUN install rabbitmq 4.1", 33.1), ENTRY),
                ("RUN rabbitmq-plugins enable rabbitmq_management", 16.9),
            ),
            RABBIT | {"ExposedPorts": {"5672/tcp": {}, "15672/tcp": {}}},
        ),
    ),
    "python": (
        Offer(("3.14 3 latest", "3.13"), (*BUILDING, ("RUN make python {} # buildkit", 71.3)), PYTHON),
        Offer(("3.14-slim slim", "3.13-slim"), (DEBIAN, ("RUN make python {} # buildkit", 41.3)), PYTHON),
        Offer(("3.14-alpine alpine",), (ALPINE, ("RUN make python {} # buildkit", 36.9)), PYTHON),
    ),
    "node": (
        Offer(
            ("24 lts latest", "22"),
            (
                *BUILDING,
                ("RUN useradd --uid 1000 node # buildkit", 0.01),
                ("RUN install node {} # buildkit", 198.5),
                ("RUN install yarn 1.22 # buildkit", 5.3),
                ENTRY,
            ),
            NODE,
        ),
        Offer(
            ("24-alpine lts-alpine alpine",), (ALPINE, ("RUN install node {} # buildkit", 153.0), ENTRY), NODE
        ),
    ),
    "golang": (
        Offer(("1.25 1 latest", "1.24"), (*BUILDING, ("COPY go{} /usr/local/go # buildkit", 222.4)), GO),
        Offer(("1.25-alpine alpine",), (ALPINE, ("COPY go{} /usr/local/go # buildkit", 222.4)), GO),
    ),
    "registry": (
        Offer(
            ("3.0 3 latest", "2.8 2"),
            (ALPINE, ("RUN get registry {}", 47.8), ("COPY config.yml /etc/distribution/ # buildkit", 0.001)),
            {
                "Entrypoint": ["/entrypoint.sh"],
                "Cmd": ["/etc/distribution/config.yml"],
                "ExposedPorts": {"5000/tcp": {}},
                "Volumes": {"/var/lib/registry": {}},
            },
        ),
    ),
}
"""By repository."""


def repositories() -> list[str]:
    """The names of all that can be pulled."""
    return sorted({*OFFERS, *(recipe.digest_of for recipe in RECIPES if recipe.digest_of)})


def images(world: World, repo: str) -> list[Image]:
    """Every image of a repository, with all tags that the registry has for it; none when it is unknown."""
    known: dict[str, Image] = {}
    for recipe in RECIPES:
        known[recipe.key] = made(world, recipe, known)
    found = [known[recipe.key] for recipe in RECIPES if recipe.digest_of == repo]
    for offer in OFFERS.get(repo, ()):
        found += [made(world, offer.recipe(repo, age), {}) for age in range(len(offer.images))]
    return found
