"""The docker CLI's credential helpers: programs `docker-credential-NAME` that keep secrets elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

from tui.engine.errors import EngineError

PATIENCE_SECONDS = 60.0
"""A program may have to wait until a person unlocks a key ring."""
LONGEST_WORDS = 500
"""Characters of what a program says when it fails."""
_NOT_FOUND = "credentials not found"


class CredentialsError(EngineError):
    """Credentials cannot be read, kept or taken away; the text says why and names no secret."""


def ask_program(
    name: str, action: str, given: str | Mapping[str, str], env: Mapping[str, str] = os.environ
) -> dict[str, Any] | None:
    """Have a program "get", "store" or "erase"; what "get" finds, None when it knows nothing.

    What it is given goes to its standard input, never into its arguments. Raises CredentialsError.
    """
    text = given if isinstance(given, str) else json.dumps(given)
    ran = _run(name, action, text, env)
    said = (ran.stdout.strip() or ran.stderr.strip())[:LONGEST_WORDS]
    if ran.returncode:
        if _NOT_FOUND in said:
            return None
        secret = "" if isinstance(given, str) else given.get("Secret", "")
        if secret:
            said = said.replace(secret, "***")
        raise CredentialsError(
            f"docker-credential-{name} {action} failed: {said or f'exit code {ran.returncode}'}",
            advice="config.json names this program in credsStore or credHelpers: mend it, or take it out.",
        )
    return _object(name, ran.stdout) if action == "get" else None


def list_program(name: str, env: Mapping[str, str] = os.environ) -> list[str]:
    """The addresses for which a program keeps credentials; [] when it does not say."""
    try:
        ran = _run(name, "list", "", env)
        return [] if ran.returncode else list(_object(name, ran.stdout))
    except CredentialsError:
        return []


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        # what it printed may hold the secret
        raise CredentialsError(f"docker-credential-{name} answered something that is no JSON object")
    return found


def _run(name: str, action: str, text: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    called = f"docker-credential-{name}"
    program = None if os.sep in name else shutil.which(called, path=env.get("PATH"))
    if program is None:
        raise CredentialsError(
            f"config.json keeps credentials with {called}, and there is no such program on PATH",
            advice="Install it, or take its name out of credsStore and credHelpers in config.json.",
        )
    # without a terminal of its own it cannot ask on the one that the screen is painted on
    around = {key: value for key, value in env.items() if key != "GPG_TTY"}
    try:
        return subprocess.run(
            [program, action],
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=around,
            start_new_session=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CredentialsError(f"{called} {action} did not end within {PATIENCE_SECONDS:.0f} s") from None
    except OSError as error:
        raise CredentialsError(f"{called} cannot be run: {error.strerror or error}") from None
