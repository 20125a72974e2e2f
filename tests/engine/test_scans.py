"""Scanners of this machine, played by programs that write what the real ones write."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tui.engine import scans
from tui.engine.endpoint import Endpoint, TLSFiles
from tui.engine.errors import EngineError
from tui.engine.jobs import Job, Jobs, JobState, Target, Task
from tui.engine.lines import docker
from tui.engine.scans import SCANS, Finding, Severity, reaching, scan, scanner

TRIVY = {
    "SchemaVersion": 2,
    "ArtifactName": "web:1",
    "Results": [
        {
            "Target": "web:1 (debian 12)",
            "Class": "os-pkgs",
            "Vulnerabilities": [
                {
                    "VulnerabilityID": "CVE-2024-2",
                    "PkgName": "zlib1g",
                    "InstalledVersion": "1:1.2.13",
                    "Severity": "LOW",
                    "Description": "no title\n here",
                },
                {
                    "VulnerabilityID": "CVE-2024-1",
                    "PkgName": "openssl",
                    "InstalledVersion": "3.0.11",
                    "FixedVersion": "3.0.15",
                    "Severity": "CRITICAL",
                    "Title": "openssl: a hole",
                },
            ],
        },
        {"Target": "app/go.mod", "Class": "lang-pkgs"},
    ],
}
GRYPE = {
    "matches": [
        {
            "vulnerability": {
                "id": "GHSA-1",
                "severity": "High",
                "description": "flask: a hole",
                "fix": {"versions": ["3.1.1", "3.0.9"], "state": "fixed"},
            },
            "artifact": {"name": "flask", "version": "3.1.0", "type": "python"},
        },
        {
            "vulnerability": {"id": "CVE-1", "severity": "Negligible", "fix": {"versions": []}},
            "artifact": {"name": "tar", "version": "1.34"},
        },
    ]
}
SCOUT = {
    "runs": [
        {
            "tool": {
                "driver": {
                    "name": "docker scout",
                    "rules": [
                        {
                            "id": "CVE-2024-9",
                            "shortDescription": {"text": "CVE-2024-9: a hole"},
                            "properties": {
                                "affected_version": "<2",
                                "cvssV3_severity": "MEDIUM",
                                "fixed_version": "not fixed",
                                "purls": ["pkg:deb/debian/glibc@2.36-9%2Bdeb12u9?os_distro=bookworm"],
                                "tags": ["MEDIUM"],
                            },
                        },
                        {"id": "CVE-2024-8", "properties": {"tags": ["HIGH"], "fixed_version": "3"}},
                    ],
                }
            }
        }
    ]
}


class Line:
    """A connection to an Engine, of which only its place is asked."""

    def __init__(self, url: str = "unix:///run/docker.sock", **more: Any) -> None:
        self.endpoint = Endpoint(url, "", "test", **more)
        self.local_url = "unix:///tmp/tunnel.sock" if url.startswith("ssh:") else url


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    folder = tmp_path / "bin"
    folder.mkdir()
    return {
        "PATH": f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin",
        "HERE": str(tmp_path),
        "DOCKER_CONTEXT": "x",
    }


def program(env: dict[str, str], name: str, script: str, answer: object = None) -> None:
    """A stand-in; it writes down how it was called, and `answer` can be printed by `cat $HERE/answer`."""
    (Path(env["HERE"]) / "answer").write_text(json.dumps(answer))
    path = Path(env["PATH"].partition(os.pathsep)[0]) / name
    path.write_text(f'#!/bin/sh\necho "$DOCKER_HOST $DOCKER_CONTEXT|$@" >>"$HERE/calls"\n{script}\n')
    path.chmod(0o755)


def calls(env: dict[str, str]) -> list[str]:
    return (Path(env["HERE"]) / "calls").read_text().splitlines()


def started(env: dict[str, str], line: Line | None = None, ident: str = "sha256:x") -> Job:
    def work(job: Job, connection: Any, target: Target) -> str:
        scan(job, connection, target.ref, ident, env)
        return ""

    task = Task("image.scan", "scan", docker("scout"), (Target("web:1", "web:1"),), work)
    return Jobs(lambda job: None).start(task, line or Line())  # type: ignore[arg-type]


def until(true: Any) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.005)


def ended(job: Job) -> Job:
    until(lambda: job.ended is not None)
    return job


def test_trivy_tells_the_gravest_first(env: dict[str, str]) -> None:
    program(env, "trivy", 'echo "downloading" >&2; cat "$HERE/answer"', TRIVY)
    job = ended(started(env, ident="sha256:trivy"))
    assert job.state is JobState.DONE, job.results
    found = SCANS.get("sha256:trivy")
    assert found is not None
    assert found.all == (
        Finding(Severity.CRITICAL, "CVE-2024-1", "openssl", "3.0.11", "3.0.15", "openssl: a hole"),
        Finding(Severity.LOW, "CVE-2024-2", "zlib1g", "1:1.2.13", "", "no title here"),
    )
    assert found.counts == {Severity.CRITICAL: 1, Severity.LOW: 1}
    assert calls(env) == ["unix:///run/docker.sock |image --format json --quiet web:1"]
    assert "downloading" in [line.text for line in job.log.lines]


def test_grype_is_used_where_there_is_no_trivy(env: dict[str, str]) -> None:
    program(env, "grype", 'cat "$HERE/answer"', GRYPE)
    ended(started(env, ident="sha256:grype"))
    found = SCANS.get("sha256:grype")
    assert found is not None
    assert found.all == (
        Finding(Severity.HIGH, "GHSA-1", "flask", "3.1.0", "3.1.1, 3.0.9", "flask: a hole"),
        Finding(Severity.NEGLIGIBLE, "CVE-1", "tar", "1.34", "", ""),
    )
    assert calls(env) == ["unix:///run/docker.sock |--output json --quiet docker:web:1"]


def test_docker_scout_is_used_where_the_plugin_is(env: dict[str, str]) -> None:
    program(env, "docker", 'case "$2" in version) exit 0;; esac; cat "$HERE/answer"', SCOUT)
    ended(started(env, ident="sha256:scout"))
    found = SCANS.get("sha256:scout")
    assert found is not None
    assert found.all == (
        Finding(Severity.HIGH, "CVE-2024-8", "", "", "3", ""),
        Finding(Severity.MEDIUM, "CVE-2024-9", "glibc", "2.36-9+deb12u9", "", "CVE-2024-9: a hole"),
    )
    assert calls(env)[-1].endswith("|scout cves --format sarif local://web:1")


def test_without_a_scanner_that_is_said(env: dict[str, str]) -> None:
    program(env, "docker", "exit 1")
    assert scanner({**env, "PATH": env["PATH"].partition(os.pathsep)[0]}) is None
    job = ended(started({**env, "PATH": env["PATH"].partition(os.pathsep)[0]}))
    assert "trivy, grype or docker scout" in job.results[0].words


def test_behind_ssh_it_goes_through_the_tunnel(env: dict[str, str]) -> None:
    program(env, "trivy", "echo '{}'")
    ended(started(env, Line("ssh://far"), ident="sha256:far"))
    assert calls(env)[0].startswith("unix:///tmp/tunnel.sock |")


def test_certificates_are_told_by_their_folder() -> None:
    files = TLSFiles("/c/ca.pem", "/c/cert.pem", "/c/key.pem")
    found = reaching(Line("tcp://far:2376", tls=files), {"DOCKER_HOST": "other", "A": "b"})  # type: ignore[arg-type]
    assert found == {
        "A": "b",
        "DOCKER_HOST": "tcp://far:2376",
        "DOCKER_CERT_PATH": "/c",
        "DOCKER_TLS_VERIFY": "1",
    }
    with pytest.raises(EngineError, match="certificates"):
        reaching(Line("tcp://far:2376", tls=TLSFiles("/c/a.crt", None, None)), {})  # type: ignore[arg-type]


def test_the_demos_images_cannot_be_scanned_and_that_is_said() -> None:
    with pytest.raises(EngineError, match="made up"):
        reaching(Line(demo=True), {})  # type: ignore[arg-type]


def test_what_it_says_last_is_why_it_failed(env: dict[str, str]) -> None:
    program(env, "trivy", 'printf "\\033[31mFATAL\\033[0m no such image\\n" >&2; exit 1')
    job = ended(started(env))
    assert (job.state, job.results[0].words) == (JobState.FAILED, "trivy: FATAL no such image")


@pytest.mark.parametrize("answer", [[], {"Results": 5}, {"Results": [{"Vulnerabilities": ["x"]}]}])
def test_an_answer_of_another_form_is_told(env: dict[str, str], answer: object) -> None:
    program(env, "trivy", 'cat "$HERE/answer"', answer)
    assert "cannot be read" in ended(started(env)).results[0].words


def test_too_much_is_not_read(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "LARGEST", 100_000)
    program(env, "trivy", "yes '{}'")
    assert "wrote more than" in ended(started(env)).results[0].words


def test_a_cancel_ends_it_with_all_that_it_started(env: dict[str, str]) -> None:
    program(env, "trivy", 'sleep 1000 & echo $! >"$HERE/child"; echo $$ >"$HERE/own"; wait')
    job = started(env)
    here = Path(env["HERE"])
    until(lambda: (here / "own").exists() and (here / "own").read_text().strip())
    job.cancel()
    assert ended(job).state is JobState.CANCELLED
    for name in ("own", "child"):
        pid = int((here / name).read_text())
        until(lambda pid=pid: not Path(f"/proc/{pid}").exists() or "Z" in status(pid))


def status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
