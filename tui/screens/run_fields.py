"""The fields of the run form, and what is known of each before the Engine is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tui.engine.kinds import Kind
from tui.engine.options import RESTARTS
from tui.engine.runspec import CHECKS, RunSpec, problems, warnings
from tui.verbs.pulling import with_tag
from widgets.form_fields import Field, FieldKind, Value
from widgets.text import Shown, shown

if TYPE_CHECKING:
    from tui.engine.store import Store

_TEXT, _LIST, _FLAG = FieldKind.TEXT, FieldKind.LIST, FieldKind.FLAG
FIELDS: tuple[tuple[str, str, FieldKind, str, str], ...] = (
    ("image", "image", _TEXT, "nginx:1.27", "The image it is made from, as in nginx:1.27"),
    ("command", "command", _TEXT, "the image's own", "What runs inside, instead of the image's own command"),
    ("name", "--name", _TEXT, "the Engine makes one up", "What the container is called"),
    ("detach", "-d detached", _FLAG, "", "It runs on its own; without -d you see it in this terminal"),
    ("interactive", "-i input", _FLAG, "", "Keep its input open: what you type reaches it"),
    ("tty", "-t terminal", _FLAG, "", "Give it a terminal; a shell wants -i and -t"),
    ("remove", "--rm at end", _FLAG, "", "The Engine removes the container when it ends"),
    ("publish", "-p publish", _LIST, "8080:80", "host:container, as in 8080:80 or 127.0.0.1:53:53/udp"),
    ("volumes", "-v volume", _LIST, "data:/data", "A volume or a folder: data:/data, /srv/www:/www:ro"),
    ("env", "-e env", _LIST, "KEY=value", "KEY=value; KEY alone takes its value from Wharf's environment"),
    ("network", "--network", _TEXT, "bridge", "The network it is connected to, host, none or container:NAME"),
    ("restart", "--restart", _TEXT, "no", "no, on-failure, on-failure:3, always or unless-stopped"),
    ("memory", "-m memory", _TEXT, "no limit", "The most memory it may take, as in 512m or 1.5g"),
    ("cpus", "--cpus", _TEXT, "no limit", "How many processors it may take, as in 2 or 0.5"),
    (
        "user",
        "-u user",
        _TEXT,
        "the image's own",
        "Who it runs as: a name or number, as in www-data or 1000:1000",
    ),
    ("workdir", "-w workdir", _TEXT, "the image's own", "The directory it starts in, as in /srv"),
    (
        "entrypoint",
        "--entrypoint",
        _TEXT,
        "the image's own",
        'What runs before the command; "" is none at all',
    ),
    ("labels", "-l label", _LIST, "key=value", "A label, as in tier=front"),
)
"""Id, label, kind, hint and help, in the order of the form."""

OWN_NETWORKS = ("bridge", "host", "none", "default")
NETWORKS_SHOWN = 4
_OFFERS = {
    "publish": "the image has",
    "volumes": "the image has",
    "env": "the image sets",
    "labels": "the image sets",
}


def form_fields(spec: RunSpec, store: Store, *, create_only: bool) -> Iterator[Field]:
    """The fields with the spec's values; what the Engine has is suggested while a text is typed."""
    suggestions = {
        "image": tuple(image.name for image in store.images.values() if not image.dangling),
        "network": (*_networks(store), "host", "none", "container:"),
        "volumes": tuple(f"{name}:/" for name in store.volumes),
        "restart": RESTARTS,
    }
    for name, label, kind, hint, help_ in FIELDS:
        if name == "detach" and create_only:
            continue
        yield Field(
            name,
            shown(label),
            kind,
            getattr(spec, name),
            network_hint(store) if name == "network" else shown(hint),
            shown(help_),
            check=CHECKS.get(name),
            suggestions=suggestions.get(name, ()),
        )


def network_hint(store: Store) -> Shown:
    """The networks there are to choose from."""
    names = _networks(store)
    more = " …" if len(names) > NETWORKS_SHOWN else ""
    return shown(" · ".join(("bridge", *names[:NETWORKS_SHOWN])) + more)


def image_hint(field: str, brought: Mapping[str, str]) -> Shown:
    """What an empty field says, given what the image brings along (`image_hints`)."""
    usual = next(hint for name, _, _, hint, _ in FIELDS if name == field)
    text = brought.get(field, "")
    if not text:
        return shown(usual)
    return shown(f"{usual} ({_OFFERS[field]} {text})" if field in _OFFERS else text)


HINTED = ("command", "publish", "volumes", "env", "user", "workdir", "entrypoint", "labels")
"""The fields that an image says something about."""


def spec_of(spec: RunSpec, values: Mapping[str, Value]) -> RunSpec:
    """The spec with the form's values in the place of its own."""
    from dataclasses import replace

    chosen: dict[str, Any] = dict(values)
    return replace(spec, **chosen)


def conflicts(spec: RunSpec) -> dict[str, str]:
    """What only several fields together get wrong, by field."""
    found = {}
    for name, sentence in problems(spec).items():
        value, check = getattr(spec, name), CHECKS[name]
        if not any(check(text) for text in ((value,) if isinstance(value, str) else value)):
            found[name] = sentence
    return found


def notes(spec: RunSpec, store: Store) -> dict[str, str]:
    """What a person may want to know before sending it, by field; nothing of it stands in the way."""
    found = warnings(spec) if not problems(spec) else {}
    if spec.name and any(container.name == spec.name for container in store.containers.values()):
        found["name"] = f"A container here is called {spec.name} already."
    if _is_unknown_network(spec.network, store):
        found["network"] = f"There is no network {spec.network} here."
    return found


def is_here(reference: str, store: Store) -> bool:
    """Whether the Engine has an image, by reference, digest or (short) id; yes before its list is read."""
    if not store.listed(Kind.IMAGE):
        return True
    short = reference.removeprefix("docker.io/").removeprefix("library/")
    digits = reference.removeprefix("sha256:")
    is_id = bool(digits) and not set(digits) - set("0123456789abcdef")
    # Podman lists images by their whole names, and those built there as localhost's
    whole = f"docker.io/{short}" if "/" in short else f"docker.io/library/{short}"
    names = (short, whole, f"localhost/{short}")
    return any(with_tag(name) in store.images for name in names) or any(
        any(name in image.digests for name in names)
        or (is_id and image.id.removeprefix("sha256:").startswith(digits))
        for image in store.images.values()
    )


def _networks(store: Store) -> tuple[str, ...]:
    return tuple(sorted({each.name for each in store.networks.values()} - {*OWN_NETWORKS, "ingress"}))


def _is_unknown_network(network: str, store: Store) -> bool:
    if not network or network in OWN_NETWORKS or ":" in network or not store.listed(Kind.NETWORK):
        return False
    return not any(network == each.name or each.id.startswith(network) for each in store.networks.values())
