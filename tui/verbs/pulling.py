"""Pulling an image as a job with progress and cancel."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Skip, Target, Task
from tui.engine.lines import docker

if TYPE_CHECKING:
    import requests

    from tui.engine.connection import Connection

DEFAULT_TAG = "latest"


def with_tag(reference: str) -> str:
    """The reference with the tag that Docker assumes: without one a pull would take every tag."""
    last = reference.rpartition("/")[2]
    return reference if ":" in last or "@" in last else f"{reference}:{DEFAULT_TAG}"


def pull_task(reference: str) -> Task:
    """The task that pulls one reference (POST /images/create); cancelling it closes its stream."""
    pull = _Pull()
    target = Target(with_tag(reference), reference)
    return Task("image.pull", "pull", docker("pull", reference), (target,), pull.work, pull.end)


class _Pull:
    """One pull: the stream it reads, so that it can be closed from outside, and the layers' progress."""

    def __init__(self) -> None:
        self._answer: requests.Response | None = None
        self._layers: dict[str, tuple[int, int]] = {}

    def end(self) -> None:
        """Cut the stream: the Engine then stops pulling."""
        from tui.engine.connection import cut

        if self._answer is not None:
            cut(self._answer)

    def work(self, job: Job, connection: Connection, target: Target) -> str:
        """Read the progress until it ends.

        Raises EngineError for what fails inside the stream, Skip when it was cancelled.
        """
        import requests

        self._answer = connection.ask(
            "POST",
            "/images/create",
            params={"fromImage": target.ref},
            headers=registry_headers(connection, target.ref),
            stream=True,
            seconds=None,
        )
        last = ""
        try:
            with self._answer as answer:
                # a line end cut in two by the network leaves an empty line
                for text in filter(None, answer.iter_lines()):
                    if job.cancelled.is_set():
                        break
                    item = json.loads(text)
                    if "error" in item:
                        raise EngineError(str(item["error"]))
                    last = str(item.get("status") or "")
                    job.report(self._note(item), self._fraction(item))
        except requests.RequestException:
            if not job.cancelled.is_set():
                raise
        if job.cancelled.is_set():
            raise Skip("stopped before it was complete")
        return last

    def _note(self, item: dict[str, Any]) -> str:
        layer, status = str(item.get("id") or ""), str(item.get("status") or "")
        return f"{layer}: {status}" if layer else status

    def _fraction(self, item: dict[str, Any]) -> float | None:
        detail = item.get("progressDetail") or {}
        if detail.get("total") and item.get("status") == "Downloading":
            self._layers[str(item.get("id"))] = (int(detail.get("current") or 0), int(detail["total"]))
        if item.get("status") in ("Download complete", "Pull complete") and item.get("id") in self._layers:
            total = self._layers[item["id"]][1]
            self._layers[item["id"]] = (total, total)
        whole = sum(total for _, total in self._layers.values())
        return sum(current for current, _ in self._layers.values()) / whole if whole else None


def registry_headers(connection: Connection, reference: str) -> dict[str, str]:
    """The credentials that the docker CLI keeps for the reference's registry, as the Engine wants them."""
    from docker import auth

    registry, _ = auth.resolve_repository_name(reference)
    header = auth.get_config_header(connection.api, registry)
    return {"X-Registry-Auth": header.decode()} if header else {}
