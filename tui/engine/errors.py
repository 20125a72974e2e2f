"""What can go wrong between Wharf and an Engine, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(eq=False)  # an exception is itself, and hashable
class EngineError(Exception):
    """A request that the Engine refused or never answered."""

    message: str
    """The Engine's own sentence, or the system's when no answer came."""
    status: int | None = None
    """The HTTP status; None when the Engine did not answer at all."""
    advice: str = ""
    """What the person can do next, in one sentence."""

    def __post_init__(self) -> None:
        if not self.advice:
            self.advice = advice_for(self.status, self.message)

    def __str__(self) -> str:
        return self.message


class ReadOnly(EngineError):
    """The endpoint is read-only and the request would change something."""


class Unreachable(EngineError):
    """No Engine answered at the endpoint."""


class Refused(Unreachable):
    """What only a person can mend: another try goes the same way until then."""


ADVICE: tuple[tuple[int | None, str, str], ...] = (
    (404, "no such image", "Pull the image first, or check its name and tag."),
    (404, "pull access denied", "Check the name; a private repository wants a login first."),
    (404, "manifest unknown", "The repository has no such tag: check it."),
    (404, "", "It is gone: the list shows what is there now."),
    (409, "running container", "Stop the container first, or remove it by force."),
    (409, "container is running", "Stop the container first, or remove it by force."),
    (409, "paused", "Let the container go on first."),
    (409, "is not running", "Start the container first."),
    (409, "already in use by container", "Choose another name, or rename or remove that container."),
    (409, "volume is in use", "Remove the containers that use the volume first."),
    (409, "must be forced", "Remove its containers or its other tags first."),
    (409, "image has dependent child images", "Remove the images built on it first."),
    (409, "", "Something else uses it: look at its detail, then try again."),
    (403, "active endpoints", "Disconnect or remove its containers first."),
    (403, "pre-defined network", "Docker's own networks cannot be removed."),
    (403, "", "The Engine does not allow this."),
    (401, "", "Log in to the registry first."),
    (400, "is too old. minimum supported api", "Install a newer Wharf: this one is too old for the Engine."),
    (400, "", "Check what was typed."),
    (500, "is already in use by", "Choose another name, or rename or remove that container."),
    (500, "network is being used", "Remove its containers first."),
    (500, "container state improper", "The container's state does not allow it: look at the list."),
    (500, "port is already allocated", "Another container or program has that port: choose another."),
    (500, "address already in use", "Another program has that port: choose another."),
    (500, 'ps: exec: "ps"', "The Engine's own machine has no ps, which docker top runs there."),
    (500, "executable file not found", "The image has no such command: check the command or entrypoint."),
    (500, "", "The Engine's own log says more: journalctl -u docker."),
    (None, "read timed out", "The Engine may be busy: look at the object before trying again."),
    (None, "", ""),
)
"""(status, words in the message, what to do next); the first match counts."""


def advice_for(status: int | None, message: str) -> str:
    """The next step for a failure, from its status and the Engine's words; "" when there is none."""
    low = message.lower()
    return next((text for code, words, text in ADVICE if code == status and words in low), "")


def translated(error: Exception) -> EngineError:
    """Any failure of a request as an EngineError that keeps the Engine's own words."""
    import docker.errors
    import requests

    if isinstance(error, EngineError):
        return error
    if isinstance(error, docker.errors.APIError):
        words = error.explanation
        if isinstance(words, bytes):
            words = words.decode(errors="replace")
        return EngineError(str(words or error).strip(), status=error.status_code)
    if isinstance(error, requests.exceptions.Timeout):
        return EngineError("read timed out: the Engine did not answer in time")
    return Unreachable(innermost(error))


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turn whatever the SDK, requests or the socket raise inside the block into an EngineError."""
    import docker.errors
    import requests

    try:
        yield
    except EngineError:
        raise
    except (docker.errors.DockerException, requests.exceptions.RequestException, OSError) as error:
        raise translated(error) from error


def innermost(error: BaseException) -> str:
    """The system's own words, dug out of the layers that HTTP libraries wrap around them."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = error.__cause__ or error.__context__
        if inner is None:
            inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        if inner is None:
            break
        error = inner
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return re.sub(r"<[^>]+object at 0x[0-9a-f]+>:? ?", "", str(error)) or type(error).__name__
