"""What the contexts screen changes in the docker CLI's files, and asks the person about before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.app import App

from tui.engine import contexts
from tui.engine.context_draft import ContextError
from tui.screens.contexts_places import Place, Places
from widgets.text import shown


def refuse(app: App[Any], why: str) -> None:
    """Say why something was not done."""
    app.notify(shown(why), severity="error", markup=False)


async def fill(app: App[Any], name: str | None, env: Mapping[str, str]) -> str | None:
    """Create a context (None) or change the one of this name; its name, or None when nothing was written."""
    from tui.screens.contexts_form import ContextForm

    try:
        before = contexts.draft_of(name, env) if name is not None else None
    except ContextError as error:
        refuse(app, str(error))
        return None
    written = await app.push_screen_wait(ContextForm(before, env))
    if written is None:
        return None
    app.notify(
        shown(f"{'created' if before is None else 'changed'} the context {written.name}"), markup=False
    )
    return written.name


async def remove(app: App[Any], place: Place, places: Places, env: Mapping[str, str]) -> None:
    """Remove a context, after asking; a connection to it ends before."""
    from tui.screens.contexts_remove import RemoveContext

    if problem := contexts.remove_problem(place.name, env):
        refuse(app, problem)
        return
    if not await app.push_screen_wait(RemoveContext(place, contexts.files_of(place.name, env))):
        return
    if place.engine is not None and place.engine in places.engines:
        places.disconnect(place.engine)
        if place.engine in places.engines:
            # the last one stays, and the app says so
            return
    try:
        contexts.remove(place.name, env)
    except ContextError as error:
        refuse(app, str(error))
    else:
        app.notify(shown(f"removed the context {place.name}"), markup=False)


def use(app: App[Any], name: str, env: Mapping[str, str]) -> None:
    """Have the docker CLI use a context."""
    try:
        but = contexts.use(name, env)
    except ContextError as error:
        refuse(app, str(error))
        return
    said = f"The docker CLI's context is now {name}. {but}".strip()
    app.notify(shown(said), severity="warning" if but else "information", markup=False)


def inspect(app: App[Any], name: str, env: Mapping[str, str]) -> None:
    """Show what the docker CLI's files say of a context."""
    from tui.screens.contexts_inspect import InspectContext

    try:
        found = contexts.inspect(name, env)
    except ContextError as error:
        refuse(app, str(error))
    else:
        app.push_screen(InspectContext(name, found))
