"""Known weaknesses of an image, found by a scanner of this machine: trivy, grype or docker scout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from tui.engine.errors import EngineError
from tui.engine.inside import Shelf
from tui.engine.jobs import Job, Skip
from tui.engine.process_group import end_group
from tui.engine.transfer import STOPPED

if TYPE_CHECKING:
    from tui.engine.connection import Connection

FIND_SECONDS = 5.0
"""How long `docker scout version` may take."""
LARGEST = 128 * 1024 * 1024
"""Bytes of an answer that are read."""
MOST = 20_000
"""Findings that are kept, the gravest ones."""
SAID = 40
"""Lines of what a scanner says besides that are kept."""
PIECE = 256 * 1024

NONE_FOUND = "There is no scanner on PATH: Wharf uses trivy, grype or docker scout, whichever is there."
_TLS_NAMES = ("ca.pem", "cert.pem", "key.pem")
"""How the files of a certificate folder have to be called."""


class Severity(StrEnum):
    """How grave a weakness is, the gravest first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEGLIGIBLE = "negligible"
    UNKNOWN = "unknown"


ORDER = tuple(Severity)


class Finding(NamedTuple):
    """One weakness of one package."""

    severity: Severity
    id: str
    """"CVE-2024-1234"."""
    package: str
    installed: str
    fixed: str
    """The version that mends it; "" when there is none yet."""
    title: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a scanner found in an image."""

    scanner: str
    all: tuple[Finding, ...]
    """The gravest first."""

    @property
    def counts(self) -> Mapping[Severity, int]:
        """How many there are of each, the gravest first; only what occurred."""
        counts = dict.fromkeys(ORDER, 0)
        for finding in self.all:
            counts[finding.severity] += 1
        return {severity: count for severity, count in counts.items() if count}


@dataclass(frozen=True, slots=True)
class Scanner:
    """A program that looks for weaknesses."""

    name: str
    program: str
    """Its path."""
    words: tuple[str, ...]
    """What follows the program, in front of the image."""
    image: str
    """What stands in front of the image's name."""
    read: Callable[[Any], Iterator[Finding]]

    def argv(self, image: str) -> list[str]:
        """The command line for an image."""
        return [self.program, *self.words, f"{self.image}{image}"]

    def line(self, image: str) -> str:
        """What a person would type."""
        from tui.engine.lines import quote

        name = Path(self.program).name
        return " ".join(map(quote, [name, *self.argv(image)[1:]]))


SCANS: Shelf[Findings] = Shelf()
"""By image id."""


def scanner(env: Mapping[str, str] = os.environ) -> Scanner | None:
    """The first one that is on PATH; for a thread."""
    path = env.get("PATH")
    if program := shutil.which("trivy", path=path):
        return Scanner("trivy", program, ("image", "--format", "json", "--quiet"), "", _trivy)
    if program := shutil.which("grype", path=path):
        return Scanner("grype", program, ("--output", "json", "--quiet"), "docker:", _grype)
    program = shutil.which("docker", path=path)
    if program is not None and _has_scout(program, env):
        words = ("scout", "cves", "--format", "sarif")
        return Scanner("docker scout", program, words, "local://", _scout)
    return None


def _has_scout(program: str, env: Mapping[str, str]) -> bool:
    try:
        ran = subprocess.run(
            [program, "scout", "version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=FIND_SECONDS,
            env=dict(env),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ran.returncode == 0


def scan(
    job: Job, connection: Connection, image: str, ident: str, env: Mapping[str, str] = os.environ
) -> Findings:
    """Have an image scanned, and keep what was found in `SCANS` under `ident`, its id.

    A cancel ends the scanner with all that it started. Raises EngineError, or Skip when it was cancelled.
    """
    with SCANS.finding(ident, job):
        job.report("looking for a scanner")
        found = scanner(env)
        if found is None:
            raise EngineError(NONE_FOUND)
        job.report(f"{found.name} is scanning")
        job.log.add(found.line(image))
        text = _output(job, found, image, reaching(connection, env))
        try:
            findings = sorted(
                set(found.read(json.loads(text))), key=lambda one: (ORDER.index(one.severity), *one[1:])
            )
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            raise EngineError(f"what {found.name} wrote cannot be read: {error!r}") from error
        result = Findings(found.name, tuple(findings[:MOST]))
        SCANS.put(ident, result)
    return result


def reaching(connection: Connection, env: Mapping[str, str]) -> dict[str, str]:
    """The environment in which a program reaches the same Engine. Raises EngineError where none can."""
    endpoint = connection.endpoint
    if endpoint.demo:
        raise EngineError("the images of the demo Engine are made up: there is nothing in them to scan")
    away = ("DOCKER_CONTEXT", "DOCKER_HOST", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")
    own = {name: value for name, value in env.items() if name not in away}
    own["DOCKER_HOST"] = connection.local_url
    if (files := endpoint.tls) is not None:
        paths = [Path(path) for path in (files.ca, files.cert, files.key) if path]
        folders = {path.parent for path in paths}
        if len(folders) != 1 or any(path.name not in _TLS_NAMES for path in paths):
            raise EngineError(
                f"a scanner cannot use the certificates of {endpoint.name}",
                advice=f"It wants them in one folder, as {', '.join(_TLS_NAMES)}.",
            )
        own["DOCKER_CERT_PATH"] = str(folders.pop())
        if files.verify:
            own["DOCKER_TLS_VERIFY"] = "1"
        else:
            own["DOCKER_TLS"] = "1"
    return own


def _output(job: Job, found: Scanner, image: str, env: Mapping[str, str]) -> bytes:
    """What a scanner writes. Raises EngineError, or Skip."""
    with tempfile.TemporaryFile(prefix="wharf-scan-") as output:
        try:
            process = subprocess.Popen(
                found.argv(image),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=dict(env),
                start_new_session=True,
            )
        except OSError as error:
            raise EngineError(f"{found.name} cannot be started: {error.strerror or error}") from error
        said: deque[str] = deque(maxlen=SAID)
        with process:
            assert process.stdout is not None
            assert process.stderr is not None
            listener = threading.Thread(
                target=_listen, args=(process.stderr, said, job), name="scanner", daemon=True
            )
            listener.start()
            job.when_cancelled(lambda: end_group(process))
            written = 0
            while data := process.stdout.read1(PIECE):  # type: ignore[attr-defined] # it is buffered
                written += len(data)
                if written > LARGEST:
                    end_group(process)
                    break
                output.write(data)
            listener.join()
            code = process.wait()
        if job.cancelled.is_set():
            raise Skip(STOPPED)
        if written > LARGEST:
            raise EngineError(f"{found.name} wrote more than {LARGEST // 2**20} MiB")
        if not written:
            last = next((line for line in reversed(said) if line.strip()), f"it ended with code {code}")
            raise EngineError(f"{found.name}: {last}")
        output.seek(0)
        return output.read()


_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def _listen(stream: IO[bytes], said: deque[str], job: Job) -> None:
    """Take in what a scanner says besides, so that it never waits for that; a line has its end somewhere."""
    while data := stream.readline(PIECE):
        line = _ESCAPES.sub("", data.decode(errors="replace")).strip()
        if line:
            said.append(line)
            job.log.add(line[:2000])


# What they write


def _severity(text: object) -> Severity:
    word = str(text or "").lower()
    return Severity(word) if word in ORDER else Severity.UNKNOWN


def _text(value: object) -> str:
    return " ".join(str(value or "").split())


def _trivy(found: Any) -> Iterator[Finding]:
    """`trivy image --format json`: Results, each with Vulnerabilities."""
    for result in found.get("Results") or ():
        for one in result.get("Vulnerabilities") or ():
            yield Finding(
                _severity(one.get("Severity")),
                _text(one.get("VulnerabilityID")),
                _text(one.get("PkgName")),
                _text(one.get("InstalledVersion")),
                _text(one.get("FixedVersion")),
                _text(one.get("Title") or one.get("Description")),
            )


def _grype(found: Any) -> Iterator[Finding]:
    """`grype --output json`: matches of a vulnerability and an artifact."""
    for match in found.get("matches") or ():
        one, artifact = match["vulnerability"], match["artifact"]
        yield Finding(
            _severity(one.get("severity")),
            _text(one.get("id")),
            _text(artifact.get("name")),
            _text(artifact.get("version")),
            ", ".join(map(_text, (one.get("fix") or {}).get("versions") or ())),
            _text(one.get("description")),
        )


def _scout(found: Any) -> Iterator[Finding]:
    """`docker scout cves --format sarif`: a rule for each weakness, with the packages that have it."""
    for run in found.get("runs") or ():
        for rule in run["tool"]["driver"].get("rules") or ():
            more = rule.get("properties") or {}
            fixed = _text(more.get("fixed_version"))
            tags = [tag for tag in more.get("tags") or () if str(tag).lower() in ORDER]
            for purl in more.get("purls") or ("",):
                package, _, version = str(purl).partition("?")[0].rpartition("/")[2].partition("@")
                yield Finding(
                    _severity(more.get("cvssV3_severity") or next(iter(tags), "")),
                    _text(rule.get("id")),
                    unquote(package),
                    unquote(version),
                    "" if fixed.lower() == "not fixed" else fixed,
                    _text((rule.get("shortDescription") or {}).get("text")),
                )
