"""The networks pane: as `docker network ls` prints it, plus subnet and containers."""

from __future__ import annotations

from tui.engine.kinds import Kind
from tui.engine.models import Network
from tui.engine.store import Store
from tui.panes.kind import Field, KindView, column, dim, natural, plain
from widgets.table_layout import Tone


def users(model: Network, store: Store) -> list[str]:
    """The names of the containers in the network, stopped ones among them."""
    return sorted((store.containers[key].name for key in store.uses.networks.get(model.id, ())), key=natural)


def _name(model: Network, store: Store, now: float) -> tuple[str, Tone]:
    return dim(f"{model.name} (built in)") if model.built_in else plain(model.name)


def _containers(model: Network, store: Store, now: float) -> tuple[str, Tone]:
    names = users(model, store)
    return plain(f"{len(names)}  {', '.join(names)}") if names else dim("–")


def _words(model: Network, store: Store) -> dict[str, str]:
    return {
        "name": model.name,
        "driver": model.driver,
        "scope": model.scope,
        "subnet": " ".join(model.subnets),
        "id": model.id,
        "container": " ".join(users(model, store)),
        "label": " ".join(f"{key}={value}" for key, value in model.labels),
    }


NETWORKS = KindView(
    kind=Kind.NETWORK,
    title="Networks",
    fields=(
        Field(column("name", least=16, most=50), _name, lambda model, store: natural(model.name)),
        Field(
            column("driver", least=7, most=16),
            lambda model, store, now: plain(model.driver),
            lambda model, store: model.driver,
        ),
        Field(
            column("scope", least=6, most=8, priority=2),
            lambda model, store, now: plain(model.scope),
            lambda model, store: model.scope,
        ),
        Field(
            column("subnet", least=12, most=44, priority=1),
            lambda model, store, now: plain(", ".join(model.subnets)),
            lambda model, store: model.subnets,
        ),
        Field(
            column("containers", least=10, most=40, priority=1, grows=True),
            _containers,
            lambda model, store: len(users(model, store)),
            most_first=True,
        ),
        Field(
            column("id", least=12, most=12, priority=3),
            lambda model, store, now: dim(model.id[:12]),
            lambda model, store: model.id,
        ),
    ),
    sort="name",
    empty="No networks.",
    words=_words,
)
