"""The demo's pretend registry as a client sees it: what can be pulled, tag by tag."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping

from tui.demo import catalogue
from tui.demo.models import JSON, Image
from tui.demo.world import World
from tui.engine.credentials import HUB_HOST
from tui.engine.history import dockerfile_line
from tui.engine.registry_errors import RegistryError, Unanswered
from tui.engine.registry_image import settings_of
from tui.engine.registry_models import (
    Attached,
    Layer,
    Page,
    Reach,
    Right,
    Scheme,
    Step,
    TagDetail,
    Untagged,
)

MEDIA = "application/vnd.oci.image.manifest.v1+json"


class DemoRegistry:
    """What stands for Docker Hub in the demo; any other registry is out of reach."""

    def __init__(self, host: str, clock: Callable[[], float] = time.time) -> None:
        self.host = host
        self._world = World(clock=clock)

    def close(self) -> None:
        """There is nothing to close."""

    def check(self) -> Reach:
        """Whether it is the one that the demo has. Raises RegistryError."""
        if self.host != HUB_HOST:
            raise Unanswered(
                f"the demo has no line to {self.host}",
                advice="It has only a pretended Docker Hub.",
            )
        return Reach("https://demo", Scheme.BEARER, True)

    def repositories(self, page: str = "") -> Page:
        """All there is: unlike the real one it lists them."""
        self.check()
        return Page(tuple(catalogue.repositories()))

    def tags(self, repository: str, page: str = "") -> Page:
        """All tags of a repository. Raises RegistryError."""
        return Page(tuple(self._images(repository)))

    def _images(self, repository: str) -> Mapping[str, Image]:
        """The images of a repository by tag."""
        self.check()
        found = catalogue.images(self._world, re.sub("^library/", "", repository))
        if not found:
            raise RegistryError("repository name not known to registry", 404, "Check the name.")
        return {name.rpartition(":")[2]: image for image in found for name in image.tags}

    def detail(self, repository: str, reference: str, platform: str = "") -> TagDetail:
        """What a tag or digest leads to. Raises RegistryError."""
        images = self._images(repository)
        by_digest = {_digest(image): image for image in images.values()}
        image = images.get(reference) or by_digest.get(reference)
        if image is None:
            raise RegistryError("manifest unknown", 404, "Look at its tags again.")
        layers = tuple(Layer(one.digest, one.size, line=dockerfile_line(one.made_by)) for one in image.layers)
        config: JSON = {"config": image.config}
        return TagDetail(
            repository,
            reference,
            _digest(image),
            MEDIA,
            image.size,
            "linux/amd64",
            created=int(image.created),
            layers=layers,
            history=(
                *(Step(layer.line, int(image.created), layer.size) for layer in layers),
                *(Step(line, int(image.created)) for line in image.steps),
            ),
            settings=settings_of(config),
        )

    def digest(self, repository: str, tag: str) -> str:
        """The digest a tag leads to; "" when there is no such tag."""
        image = self._images(repository).get(tag)
        return _digest(image) if image is not None else ""

    def referrers(self, repository: str, digest: str) -> tuple[Attached, ...]:
        """Nothing is attached to anything."""
        return ()

    def same_digest(self, repository: str, digest: str) -> tuple[str, ...]:
        """The tags that lead to this digest."""
        return tuple(tag for tag, image in self._images(repository).items() if _digest(image) == digest)

    def untagged(self, repository: str) -> tuple[Untagged, ...]:
        """Every image has a tag."""
        return ()

    def may(self, repository: str) -> frozenset[Right]:
        """One may pull what others made, and no more."""
        return frozenset({Right.PULL})

    def delete(self, repository: str, digest: str) -> None:
        """Raises RegistryError."""
        raise RegistryError(
            f"{self.host} does not allow deleting", 405, "These are the images of others: pull them."
        )


def _digest(image: Image) -> str:
    return image.digests[0].rpartition("@")[2]
