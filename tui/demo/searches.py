"""What a search on the demo's pretend registry finds: what can be pulled there, with words on each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.demo import catalogue
from tui.demo.models import JSON

WORDS: dict[str, tuple[int, str]] = {
    "alpine": (11_400, "A minimal Docker image based on Alpine Linux with a complete package index."),
    "busybox": (3_400, "Busybox base image."),
    "debian": (5_200, "Debian is a Linux distribution that's composed entirely of free software."),
    "golang": (5_100, "Go (golang) is a general purpose, higher-level, imperative programming language."),
    "grafana/grafana": (3_400, "The open and composable observability and data visualization platform."),
    "hello-world": (2_500, "Hello World! (an example of minimal Dockerization)"),
    "httpd": (4_900, "The Apache HTTP Server Project"),
    "mariadb": (6_000, "MariaDB Server is a high performing open source relational database."),
    "memcached": (2_300, "Free & open source, high-performance, distributed memory object caching system."),
    "mongo": (10_500, "MongoDB document databases provide high availability and easy scalability."),
    "mysql": (15_800, "MySQL is a widely used, open-source relational database management system."),
    "nginx": (20_900, "Official build of Nginx."),
    "node": (13_900, "Node.js is a JavaScript-based platform for server-side and networking applications."),
    "postgres": (14_500, "The PostgreSQL object-relational database system provides reliability."),
    "prom/prometheus": (1_980, "The Prometheus monitoring system and time series database."),
    "python": (10_200, "Python is an interpreted, interactive, object-oriented programming language."),
    "rabbitmq": (5_200, "RabbitMQ is an open source multi-protocol messaging broker."),
    "redis": (13_400, "Redis is the world's fastest data platform for caching, search and more."),
    "registry": (4_100, "Distribution implementation for storing and distributing of container images."),
    "traefik": (3_500, "Traefik, The Cloud Native Edge Router"),
    "ubuntu": (17_500, "Ubuntu is a Debian-based Linux operating system based on free software."),
}
"""Stars and description by repository."""


@dataclass(frozen=True)
class Listed:
    """One repository as a search shows it."""

    name: str
    stars: int
    description: str

    @property
    def official(self) -> bool:
        """Whether its name has no owner."""
        return "/" not in self.name

    @property
    def row(self) -> JSON:
        """One object of the answer."""
        return {
            "star_count": self.stars,
            "is_official": self.official,
            "name": self.name,
            "is_automated": False,
            "description": self.description,
        }


def search(term: str, *, stars: int, official: bool | None) -> Sequence[Listed]:
    """What has the term in its name or description, most stars first; `official` None takes both sorts."""
    wanted = term.lower()
    listed = (Listed(name, *WORDS[name]) for name in catalogue.repositories())
    found = [
        one
        for one in listed
        if wanted in f"{one.name} {one.description}".lower()
        and one.stars >= stars
        and official in (None, one.official)
    ]
    return sorted(found, key=lambda one: (-one.stars, one.name))
