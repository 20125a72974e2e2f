"""The images pane: as `docker images` prints it, one row an image, plus who uses them."""

from __future__ import annotations

from datetime import datetime

from tui.engine.kinds import Kind
from tui.engine.models import Image
from tui.engine.store import Store
from tui.panes.kind import Field, Fold, KindView, Listing, column, dim, natural, plain
from tui.panes.words import age, size
from widgets.table_layout import Tone

DIGESTS = "digests"
SIZES = "sizes"
"""What columns need: that a person wants digests, that an Engine was asked for sizes."""
UNKNOWN = "–"


def users(model: Image, store: Store) -> list[str]:
    """The names of the containers made from the image."""
    return sorted((store.containers[key].name for key in store.uses.images.get(model.id, ())), key=natural)


def digest_of(model: Image) -> str:
    """The digest by which the repository of this row knows the image; "" where none does."""
    own = f"{model.repository}@"
    return next((one.removeprefix(own) for one in model.digests if one.startswith(own)), "")


def _repository(model: Image, store: Store, now: float) -> tuple[str, Tone]:
    if not model.dangling:
        return plain(model.repository)
    return (f"◇ {model.repository}", Tone.DIM if model.intermediate else Tone.WARN)


def _tag(model: Image, store: Store, now: float) -> tuple[str, Tone]:
    if model.intermediate:
        return dim("intermediate")
    return (model.tag, Tone.PLAIN) if not model.dangling else ("dangling", Tone.WARN)


def _used_by(model: Image, store: Store, now: float) -> tuple[str, Tone]:
    names = users(model, store)
    return plain(", ".join(names)) if names else dim(UNKNOWN)


def _shared(model: Image, store: Store) -> int | None:
    return store.image_sizes.shared_by(model) if store.image_sizes is not None else None


def _unique(model: Image, store: Store) -> int | None:
    return store.image_sizes.unique_to(model) if store.image_sizes is not None else None


def _bytes(count: int | None) -> tuple[str, Tone]:
    return plain(size(count)) if count is not None else dim(UNKNOWN)


def _dress(column: str, text: str, tone: Tone, fold: Fold) -> tuple[str, Tone]:
    """The first row of an image says how many tags more there are; the others tell only what differs."""
    if fold.child:
        if column == "repository":
            return f"  └ {text}", tone
        return (text, tone) if column in ("tag", "digest") else dim("")
    if column == "tag":
        more = "▾" if fold.unfolded else f"+{fold.others} tag{'s' * (fold.others > 1)}"
        return f"{text}  {more}", tone
    return text, tone


def _words(model: Image, store: Store) -> dict[str, str]:
    dangling = model.dangling and not model.intermediate
    return {
        "name": model.name,
        "repository": model.repository,
        "tag": model.tag,
        "id": model.id,
        "digest": " ".join(model.digests),
        "used": " ".join(users(model, store)),
        "dangling": "yes dangling" if dangling else "no",
        "intermediate": "yes intermediate" if model.intermediate else "no",
        "label": " ".join(f"{key}={value}" for key, value in model.labels),
    }


def _known(store: Store) -> str:
    return SIZES if store.image_sizes is not None else ""


def _note(store: Store) -> str:
    if store.image_sizes is None:
        return ""
    return f"sizes of {datetime.fromtimestamp(store.image_sizes.asked):%H:%M:%S}"


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
            unless=DIGESTS,
        ),
        Field(
            column("digest", least=19, most=71, priority=1, grows=True),
            lambda model, store, now: dim(digest_of(model) or UNKNOWN),
            lambda model, store: digest_of(model),
            needs=DIGESTS,
        ),
        Field(
            column("id", least=13, most=71, priority=3, grows=True),
            lambda model, store, now: dim(model.id.removeprefix("sha256:")),
            lambda model, store: model.id,
            needs=DIGESTS,
        ),
        Field(
            column("size", least=7, most=8, right=True),
            lambda model, store, now: plain(size(model.size)),
            lambda model, store: model.size,
            most_first=True,
        ),
        Field(
            column("shared", least=7, most=8, right=True, priority=2),
            lambda model, store, now: _bytes(_shared(model, store)),
            lambda model, store: _shared(model, store) or 0,
            needs=SIZES,
            most_first=True,
        ),
        Field(
            column("unique", least=7, most=8, right=True),
            lambda model, store, now: _bytes(_unique(model, store)),
            lambda model, store: _unique(model, store) or 0,
            needs=SIZES,
            most_first=True,
        ),
        Field(
            column("age", least=6, most=7, priority=2, right=True),
            lambda model, store, now: dim(age(now - model.created)),
            lambda model, store: -model.created,
        ),
        Field(
            column("used by", least=8, most=40, priority=1, grows=True),
            _used_by,
            lambda model, store: len(users(model, store)),
            most_first=True,
        ),
    ),
    sort="repository",
    empty="No images. P pulls one:  docker pull …",
    words=_words,
    group=lambda model: model.id,
    dress=_dress,
    listings=(
        Listing("usual", "", lambda model: not model.intermediate),
        Listing("all", "all, intermediate ones too (docker images --all)", lambda model: True, every=True),
        Listing(
            "dangling",
            "only dangling images (docker images --filter dangling=true)",
            lambda model: model.dangling and not model.intermediate,
        ),
    ),
    more=DIGESTS,
    known=_known,
    note=_note,
)
