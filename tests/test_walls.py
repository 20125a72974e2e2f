"""What an import brings along: walls between the rooms, and a start that waits for nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EVERY = """
import importlib, pkgutil, {0}
for module in pkgutil.walk_packages({0}.__path__, "{0}."):
    importlib.import_module(module.name)
"""


def brought_by(code: str) -> set[str]:
    """The modules that a fresh Python holds after running the code."""
    listing = f"{code}\nimport sys; print('\\n'.join(name for name, module in sys.modules.items() if module))"
    done = subprocess.run(
        [sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("package", ["tui.engine", "tui.verbs", "tui.demo"])
def test_neither_the_engine_nor_the_verbs_nor_the_demo_see_a_screen(package: str) -> None:
    brought = brought_by(EVERY.format(package))
    assert package in brought
    assert not {"textual", "rich", "widgets"} & {name.partition(".")[0] for name in brought}


def test_widgets_know_nothing_of_docker() -> None:
    brought = brought_by(EVERY.format("widgets"))
    assert "textual" in brought
    assert not {"tui", "docker"} & {name.partition(".")[0] for name in brought}


def test_the_app_starts_without_what_it_does_not_need_yet() -> None:
    brought = brought_by("import tui.app")
    late = {
        *("docker", "requests", "paramiko", "humanize"),
        *("tui.demo", "tui.engine.connection", "tui.engine.lists", "tui.engine.runspec"),
        *("tui.screens.plan", "tui.screens.prompt", "tui.screens.run", "tui.screens.help"),
        *("tui.screens.palette", "tui.screens.contexts", "tui.engine.contexts", "tui.verbs.registry"),
        *("tui.screens.logs", "tui.screens.no_engine", "tui.screens.sheet", "tui.screens.error"),
        *("widgets.log_view", "widgets.passthrough", "widgets.json_tree", "widgets.form"),
    }
    assert not late & brought


def test_saying_the_version_needs_neither_textual_nor_the_sdk() -> None:
    brought = brought_by("import tui.__main__")
    assert {name for name in brought if name.partition(".")[0] == "tui"} == {"tui", "tui.__main__"}
    assert not {"textual", "rich", "docker", "requests"} & brought


def test_the_sdk_does_not_bring_paramiko() -> None:
    assert "paramiko" not in brought_by("import tui.engine, tui.engine.connection")
