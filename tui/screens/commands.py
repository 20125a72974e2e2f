"""The command line: a pane's name, or a verb and the names of what it acts on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from tui.engine.kinds import Kind
from tui.engine.models import Model
from tui.engine.scope import Held
from tui.verbs.offers import allowed, applicable
from tui.verbs.registry import verbs_of
from tui.verbs.running import CREATE_CONTAINER
from tui.verbs.searching import SEARCH
from tui.verbs.verb import Desk, Verb

if TYPE_CHECKING:
    from tui.screens.main import MainScreen

PANES = {
    **{kind.plural: kind for kind in Kind},
    "ps": Kind.CONTAINER,
    "img": Kind.IMAGE,
    "net": Kind.NETWORK,
    "vol": Kind.VOLUME,
}
"""The words that lead to a pane."""

PLACES: dict[str, tuple[str, str]] = {
    "help": ("help", "All keys and what they do"),
    "jobs": ("jobs", "The jobs: progress, results, cancel"),
    "contexts": ("app.contexts", "The contexts: where there are Engines"),
    "registries": ("app.registries", "The registries: repositories, tags, what is in them"),
    "engine": ("app.engine_pane", "The Engine: version, warnings, top, disk use, events, plugins"),
    "all": ("app.all_engines", "All connected Engines side by side"),
    "demo": ("app.demo", "The embedded demo Engine"),
    "retry": ("retry", "Try to connect now"),
    "copy-line": ("copy_line", "Copy the docker line"),
    "quit": ("app.quit", "Quit"),
}
"""Commands that need no object: word to (action, what it does)."""


async def _log_in(desk: Desk, words: Sequence[str]) -> None:
    from tui.verbs.logging_in import log_in

    await log_in(desk, *words[:2])


async def _log_out(desk: Desk, words: Sequence[str]) -> None:
    from tui.verbs.logging_in import log_out

    await log_out(desk, *words[:1])


async def _build_cache(desk: Desk, words: Sequence[str]) -> None:
    await desk.build_cache()


ERRANDS: dict[str, tuple[Callable[[Desk, Sequence[str]], Awaitable[None]], str]] = {
    "login": (_log_in, "Log in to a registry: :login [registry [user]]"),
    "logout": (_log_out, "Log out of a registry"),
    "build-cache": (_build_cache, "The build cache: what is in it, and pruning it"),
}
"""Commands on an Engine that are about no object of it, and what they do."""


IMAGE_ROWS: dict[str, tuple[str, str]] = {
    "digests": ("more", "Show or hide the images' digests and whole ids"),
    "listing": ("listing", "List all images, or the dangling ones, or the usual"),
    "unfold": ("fold", "Unfold or fold an image's tags"),
}
"""Commands on the rows of the Images pane: word to (action, what it does)."""


class CommandError(Exception):
    """The command cannot be understood; the text says why."""


def command_words(kind: Kind) -> list[str]:
    """What the line completes from: the verbs of the pane in view first."""
    own = [verb.word for verb in verbs_of(kind)]
    others = [f"{verb.kind} {verb.word}" for one in Kind if one is not kind for verb in verbs_of(one)]
    return [*own, *PANES, *PLACES, *IMAGE_ROWS, *ERRANDS, SEARCH.word, *others]


def run_command(screen: MainScreen, text: str) -> None:
    """Do what a command line says. Raises CommandError."""
    words = text.split()
    if not words:
        return
    head, rest = words[0].lower(), words[1:]
    if "docker" in text and (line := _docker_line(text)):
        if not any(allowed(CREATE_CONTAINER, engine) for engine in screen.scope.engines):
            raise CommandError("this endpoint is read-only: run is not offered")
        screen.doing.run_line(line)
    elif head in PANES:
        screen.action_pane(PANES[head])
        screen.pane.set_filter(" ".join(rest))
    elif head in PLACES:
        screen.call_later(screen.run_action, PLACES[head][0])
    elif head in IMAGE_ROWS:
        screen.action_pane(Kind.IMAGE)
        screen.call_later(screen.pane.run_action, IMAGE_ROWS[head][0])
    elif head in ERRANDS:
        work, _ = ERRANDS[head]
        screen.doing.errand(head, lambda desk: work(desk, rest))
    elif head == SEARCH.word:
        screen.doing.search(" ".join(rest))
    else:
        kind = screen.kind
        if head in {one.value for one in Kind} and rest:
            kind, head, rest = Kind(head), rest[0].lower(), rest[1:]
        _run_verb(screen, kind, head, rest)


def _docker_line(text: str) -> str:
    """The line in `docker run …` or `run docker run …`; "" when there is none."""
    from tui.engine.runline import is_line

    bare = text.strip()
    return next((line for line in (bare, bare.removeprefix("run ")) if is_line(line)), "")


def _run_verb(screen: MainScreen, kind: Kind, word: str, names: Sequence[str]) -> None:
    found = [verb for verb in verbs_of(kind) if verb.word == word]
    if not found:
        raise CommandError(f"{word!r} is no command for {kind.plural}: ? lists them")
    verb = found[0]
    if not any(allowed(verb, engine) for engine in screen.scope.engines):
        raise CommandError(f"this endpoint is read-only: {word} is not offered")
    if kind is not screen.kind:
        screen.action_pane(kind)
    chosen = [_named(screen, kind, name) for name in names] if names else screen.pane.chosen
    fitting = applicable(verb, chosen)
    if verb.needs_row and not fitting:
        raise CommandError(_why_not(verb, [held.model for held in chosen]))
    screen.doing.run(verb, fitting)


def _why_not(verb: Verb, chosen: Sequence[Model]) -> str:
    if not chosen:
        return f"{verb.word} needs the name of a {verb.kind}"
    if len(chosen) > 1 and not verb.bulk:
        return f"{verb.word} takes one {verb.kind} at a time"
    return f"{verb.word} does not apply to {chosen[0].name} as it is now"


def _named(screen: MainScreen, kind: Kind, name: str) -> Held:
    """The object of that name, or whose id begins so."""
    scope = screen.scope
    known = scope.of(kind)
    for fits in (_same_name, _id_begins):
        if found := {(scope.engine_of(row), one.id): one for row, one in known.items() if fits(one, name)}:
            if len(found) > 1:
                raise CommandError(f"{name!r} fits {len(found)} {kind.plural}")
            return next(Held(engine, model) for (engine, _), model in found.items())
    raise CommandError(f"there is no {kind} {name!r}")


def _same_name(model: Model, name: str) -> bool:
    return name in (model.name, model.name.removesuffix(":latest"))


def _id_begins(model: Model, name: str) -> bool:
    return len(name) >= 2 and model.id.removeprefix("sha256:").startswith(name)
