"""The volumes pane: as `docker volume ls` prints it, plus users and mountpoint."""

from __future__ import annotations

from tui.engine.kinds import Kind
from tui.engine.models import Volume
from tui.engine.store import Store
from tui.panes.kind import Field, KindView, column, dim, natural, plain
from widgets.table_layout import Tone


def users(model: Volume, store: Store) -> list[str]:
    """The names of the containers that mount the volume."""
    return sorted((store.containers[key].name for key in store.uses.volumes.get(model.name, ())), key=natural)


def _name(model: Volume, store: Store, now: float) -> tuple[str, Tone]:
    return dim(f"{model.name[:12]}… (anonymous)") if model.anonymous else plain(model.name)


def _used_by(model: Volume, store: Store, now: float) -> tuple[str, Tone]:
    names = users(model, store)
    return plain(", ".join(names)) if names else dim("–")


def _words(model: Volume, store: Store) -> dict[str, str]:
    return {
        "name": model.name,
        "driver": model.driver,
        "mountpoint": model.mountpoint,
        "used": " ".join(users(model, store)),
        "anonymous": "yes anonymous" if model.anonymous else "no",
        "label": " ".join(f"{key}={value}" for key, value in model.labels),
    }


VOLUMES = KindView(
    kind=Kind.VOLUME,
    title="Volumes",
    fields=(
        Field(
            column("name", least=16, most=50),
            _name,
            lambda model, store: (model.anonymous, natural(model.name)),
        ),
        Field(
            column("driver", least=7, most=16),
            lambda model, store, now: plain(model.driver),
            lambda model, store: model.driver,
        ),
        Field(
            column("used by", least=10, most=40, priority=1),
            _used_by,
            lambda model, store: len(users(model, store)),
            most_first=True,
        ),
        Field(
            column("mountpoint", least=16, most=80, priority=2, grows=True),
            lambda model, store, now: dim(model.mountpoint),
            lambda model, store: model.mountpoint,
        ),
    ),
    sort="name",
    empty="No volumes. c creates one:  docker volume create …",
    words=_words,
)
