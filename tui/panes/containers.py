"""The containers pane: as `docker ps -a` prints it, plus health, project and address."""

from __future__ import annotations

from tui.engine.kinds import Kind
from tui.engine.models import Container
from tui.engine.store import Store
from tui.panes.figures import FIELDS
from tui.panes.kind import Field, KindView, column, dim, natural, plain
from tui.panes.words import age, health_words, ports, state_words
from widgets.table_layout import Tone

_BY_STATE = ("running", "paused", "restarting", "created", "exited", "dead", "removing")


def _name(model: Container, store: Store, now: float) -> tuple[str, Tone]:
    return plain(model.name)


def _state(model: Container, store: Store, now: float) -> tuple[str, Tone]:
    words, tone = state_words(model, now)
    health, health_tone = health_words(model.health)
    return (f"{words} {health}", health_tone) if health else (words, tone)


def _image(model: Container, store: Store, now: float) -> tuple[str, Tone]:
    return plain(model.image.removeprefix("sha256:")[:64])


def _ports(model: Container, store: Store, now: float) -> tuple[str, Tone]:
    return plain(ports(model.ports))


def _order_of_state(model: Container, store: Store) -> tuple[int, str]:
    place = _BY_STATE.index(model.state) if model.state in _BY_STATE else len(_BY_STATE)
    return place, model.name


def _words(model: Container, store: Store) -> dict[str, str]:
    return {
        "name": model.name,
        "state": model.state,
        "health": model.health,
        "image": model.image,
        "project": model.project,
        "command": model.command,
        "ip": " ".join([use.ip for use in model.networks]),
        "network": " ".join([use.name for use in model.networks]),
        "volume": " ".join([mount.source for mount in model.mounts]),
        "ports": ports(model.ports),
        "id": model.id,
        "label": " ".join([f"{key}={value}" for key, value in model.labels]),
    }


CONTAINERS = KindView(
    kind=Kind.CONTAINER,
    title="Containers",
    fields=(
        Field(column("name", least=12, most=36), _name, lambda model, store: natural(model.name)),
        Field(column("state", least=12, most=26), _state, _order_of_state),
        *FIELDS,
        Field(column("image", least=10, most=34, priority=7), _image, lambda model, store: model.image),
        Field(
            column("ports", least=8, most=40, priority=3, grows=True),
            _ports,
            lambda model, store: [port.public or 0 for port in model.ports],
        ),
        Field(
            column("project", least=7, most=18, priority=9),
            lambda model, store, now: plain(model.project),
            lambda model, store: model.project,
        ),
        Field(
            column("ip", least=9, most=15, priority=10),
            lambda model, store, now: dim(model.ip),
            lambda model, store: [part.zfill(4) for part in model.ip.split(".")],
        ),
        Field(
            column("command", least=10, most=30, priority=11),
            lambda model, store, now: dim(model.command),
            lambda model, store: model.command,
        ),
        Field(
            column("id", least=12, most=12, priority=12),
            lambda model, store, now: dim(model.id[:12]),
            lambda model, store: model.id,
        ),
        Field(
            column("age", least=6, most=7, priority=8, right=True),
            lambda model, store, now: dim(age(now - model.created)),
            lambda model, store: -model.created,
        ),
    ),
    sort="name",
    empty="No containers. On the Images pane, R runs one:  docker run …",
    words=_words,
    hidden=lambda model: not model.running,
)
