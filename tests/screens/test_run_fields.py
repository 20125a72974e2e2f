"""What the run form knows without asking: which field the Engine's words are about, which image is here."""

from __future__ import annotations

import pytest

from tui.engine.errors import EngineError
from tui.engine.kinds import Kind
from tui.engine.models.image import decode_image
from tui.engine.runspec import RunSpec
from tui.engine.store import Store
from tui.screens.run_fields import is_here
from tui.verbs.launching import field_of

IMAGE = "nginx:1.27-alpine"


def store() -> Store:
    """A Store that knows one image."""
    known = Store()
    item = {
        "Id": f"sha256:{'1f' * 32}",
        "RepoTags": [IMAGE],
        "RepoDigests": [f"nginx@sha256:{'2e' * 32}"],
    }
    known.replace(Kind.IMAGE, decode_image(item))
    return known


def test_no_image_is_called_missing_before_the_list_was_read() -> None:
    assert is_here("anything", Store())


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (
            'Conflict. The container name "/web" is already in use by container "1".',
            "name",
        ),
        ("Bind for 0.0.0.0:80 failed: port is already allocated", "publish"),
        ("No such image: nosuch:1", "image"),
        ("network back not found", "network"),
        ('invalid mount config for type "bind": bind source path does not exist: /x', "volumes"),
        ('exec: "foo": executable file not found in $PATH: unknown', "command"),
        ("unable to find user nobody2: no matching entries in passwd file", "user"),
        ("Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available", "cpus"),
        ("something else", None),
    ],
)
def test_the_engines_words_tell_the_field(words: str, field: str | None) -> None:
    assert field_of(RunSpec(image=IMAGE), EngineError(words, 500)) == field
    if field == "command":
        assert field_of(RunSpec(image=IMAGE, entrypoint="foo"), EngineError(words, 500)) == "entrypoint"


@pytest.mark.parametrize(
    ("reference", "here"),
    [
        (IMAGE, True),
        (f"docker.io/library/{IMAGE}", True),
        ("nginx", False),
        (f"other/{IMAGE}", False),
        ("deadbeef", False),
    ],
)
def test_an_image_is_known_by_all_its_references(reference: str, here: bool) -> None:
    assert is_here(reference, store()) is here


def test_an_image_is_known_by_its_id_and_digest() -> None:
    image = store().images[IMAGE]
    for reference in (image.id, image.short_id, *image.digests):
        assert is_here(reference, store())
