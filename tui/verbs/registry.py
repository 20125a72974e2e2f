"""All verbs, in the order in which help and footer show them."""

from __future__ import annotations

from collections.abc import Sequence

from tui.engine.kinds import Kind
from tui.verbs import containers, images, networks, volumes
from tui.verbs.verb import Verb

VERBS: tuple[Verb, ...] = (*containers.VERBS, *images.VERBS, *networks.VERBS, *volumes.VERBS)


def verbs_of(kind: Kind) -> Sequence[Verb]:
    """The verbs of a kind."""
    return [verb for verb in VERBS if verb.kind is kind]
