"""What goes wrong between Wharf and a registry, in the registry's own words, and what can be done."""

from __future__ import annotations

import re

from tui.engine.errors import EngineError, innermost
from tui.engine.registry_json import entries, read, table, text

LONGEST_WORDS = 300
"""Characters of one sentence of a registry."""
MOST_SENTENCES = 3


class RegistryError(EngineError):
    """A registry refused something, or said what cannot be understood."""


class Unanswered(RegistryError):
    """No registry answered: it is not there, or TLS with it failed."""


ADVICE: tuple[tuple[int, str, str], ...] = (
    (401, "", "Log in: :login"),
    (403, "", "This person may not do that here: log in as another one, or ask who runs the registry."),
    (404, "name unknown", "The registry has no such repository: check the name."),
    (404, "manifest", "The repository has no such tag or digest any more: look at its tags again."),
    (404, "", "It is not there any more, or the address is not that of a registry."),
    (405, "", "The registry does not allow this."),
    (429, "", "The registry limits how much one may ask: log in, or wait some minutes."),
    (500, "", "The registry itself failed: its own log says more."),
    (502, "", "What stands in front of the registry does not reach it."),
    (503, "", "The registry is busy or being started: try again later."),
)
"""(status, words in the message, what to do next); the first match counts."""


def advice_for(status: int, words: str) -> str:
    """The next step after a registry's refusal."""
    low = words.lower()
    return next((advice for code, part, advice in ADVICE if code == status and part in low), "")


def words_of(body: bytes, status: int, reason: str = "") -> str:
    """The registry's own sentences in an answer that refuses."""
    found = table(read(body))
    sentences = []
    for error in entries(found.get("errors"))[:MOST_SENTENCES]:
        one = table(error)
        code, message = text(one.get("code")), text(one.get("message"))
        if said := message or code.lower().replace("_", " "):
            sentences.append(_cut(said))
    # token services have words of their own
    for name in ("details", "message", "error_description", "error"):
        if not sentences and (said := text(found.get(name))):
            sentences.append(_cut(said))
    plain = body[:LONGEST_WORDS].decode("utf-8", "replace").strip()
    if not sentences and plain and not plain.startswith(("<", "{", "[")):
        sentences.append(plain.splitlines()[0])
    return "; ".join(dict.fromkeys(sentences)) or reason or f"it answered with the status {status}"


def refused(host: str, status: int, body: bytes, reason: str = "") -> RegistryError:
    """A registry's refusal as an error."""
    words = words_of(body, status, reason)
    return RegistryError(f"{host}: {words}", status, advice_for(status, words))


def strange(host: str, what: str) -> RegistryError:
    """A registry's answer that cannot be understood."""
    advice = "It may be no registry, or something between here and there changes what it says."
    return RegistryError(f"{host} {what}", advice=advice)


def unanswered(host: str, error: Exception) -> Unanswered:
    """A failure to reach a registry, as the system, TLS or HTTP library told it."""
    import requests

    words = innermost(error)
    low = words.lower()
    if isinstance(error, requests.exceptions.Timeout):
        return Unanswered(f"{host} did not answer in time", advice="Try again, or check the network.")
    if "certificate verify failed" in low:
        why = re.sub(r"^\[.*?\] ?|certificate verify failed:? ?|\(_ssl\.c:\d+\)", "", words).strip()
        advice = "Name the file of the authority that signed it, or put it into certs.d as Docker wants it."
        if "mismatch" in low or "not valid for" in low:
            advice = "Use a host name that the certificate holds."
        elif "expired" in low or "not yet valid" in low:
            advice = "It has expired, or the clock of one of the two machines is wrong."
        return Unanswered(f"the certificate of {host} is not trusted: {why}", advice=advice)
    if any(sign in low for sign in ("wrong version number", "record layer", "packet length too long")):
        advice = "If it is meant to speak plain HTTP, say so where the registry was added."
        return Unanswered(f"{host} does not speak TLS", advice=advice)
    if "alert" in low or "handshake" in low:
        advice = "It may want a client certificate: put .cert and .key into certs.d as Docker wants them."
        return Unanswered(f"TLS with {host} failed: {words}", advice=advice)
    advice = "Check the host and the port, and whether the registry runs."
    return Unanswered(f"{host} cannot be reached: {words}", advice=advice)


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST_WORDS else words[: LONGEST_WORDS - 1] + "…"
