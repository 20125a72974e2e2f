"""The images pane: as `docker images` prints it, plus who uses them."""

from __future__ import annotations

from tui.engine.kinds import Kind
from tui.engine.models import Image
from tui.engine.store import Store
from tui.panes.kind import Field, KindView, column, dim, natural, plain
from tui.panes.words import age, size
from widgets.table_layout import Tone


def users(model: Image, store: Store) -> list[str]:
    """The names of the containers made from the image."""
    return sorted((store.containers[key].name for key in store.uses.images.get(model.id, ())), key=natural)


def _repository(model: Image, store: Store, now: float) -> tuple[str, Tone]:
    return plain(model.repository) if not model.dangling else (f"◇ {model.repository}", Tone.WARN)


def _tag(model: Image, store: Store, now: float) -> tuple[str, Tone]:
    return (model.tag, Tone.PLAIN) if not model.dangling else ("dangling", Tone.WARN)


def _used_by(model: Image, store: Store, now: float) -> tuple[str, Tone]:
    names = users(model, store)
    return plain(", ".join(names)) if names else dim("–")


def _words(model: Image, store: Store) -> dict[str, str]:
    return {
        "name": model.name,
        "repository": model.repository,
        "tag": model.tag,
        "id": model.id,
        "used": " ".join(users(model, store)),
        "dangling": "yes dangling" if model.dangling else "no",
        "label": " ".join(f"{key}={value}" for key, value in model.labels),
    }


IMAGES = KindView(
    kind=Kind.IMAGE,
    title="Images",
    fields=(
        Field(
            column("repository", least=16, most=60),
            _repository,
            lambda model, store: (model.repository, natural(model.tag)),
        ),
        Field(column("tag", least=8, most=30), _tag, lambda model, store: model.tag),
        Field(
            column("id", least=12, most=12, priority=3),
            lambda model, store, now: dim(model.short_id),
            lambda model, store: model.id,
        ),
        Field(
            column("size", least=7, most=8, right=True),
            lambda model, store, now: plain(size(model.size)),
            lambda model, store: -model.size,
        ),
        Field(
            column("age", least=6, most=7, priority=2, right=True),
            lambda model, store, now: dim(age(now - model.created)),
            lambda model, store: -model.created,
        ),
        Field(
            column("used by", least=8, most=40, priority=1, grows=True),
            _used_by,
            lambda model, store: -len(users(model, store)),
        ),
    ),
    sort="repository",
    empty="No images. P pulls one:  docker pull …",
    words=_words,
)
