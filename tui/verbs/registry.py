"""All verbs, in the order in which help and footer show them."""

from __future__ import annotations

from collections.abc import Sequence

from tui.engine.kinds import Kind
from tui.verbs import containers, images, networks, volumes
from tui.verbs.verb import Effect, Verb

VERBS: tuple[Verb, ...] = (*containers.VERBS, *images.VERBS, *networks.VERBS, *volumes.VERBS)


def verbs_of(kind: Kind, *, read_only: bool = False) -> Sequence[Verb]:
    """The verbs of a kind; on a read-only endpoint just those that read."""
    return [verb for verb in VERBS if verb.kind is kind and (not read_only or verb.effect is Effect.READS)]
