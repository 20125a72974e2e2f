"""What an import brings along, and what it must not: asked of a fresh interpreter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]

IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, sys.argv[1] + "."):
    importlib.import_module(module.name)
print(*sys.modules)
"""
IMPORT_ONE = "import importlib, sys; importlib.import_module(sys.argv[1]); print(*sys.modules)"


def loaded(program: str, name: str) -> set[str]:
    """The modules that are there after an import."""
    ended = subprocess.run(
        [sys.executable, "-c", program, name],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return set(ended.stdout.split())


@pytest.mark.parametrize("package", ["tui.engine", "tui.verbs", "tui.demo"])
def test_what_knows_docker_knows_no_screen(package: str) -> None:
    modules = loaded(IMPORT_ALL, package)
    assert package in modules
    assert len([name for name in modules if name.startswith(f"{package}.")]) > 5
    assert not modules & {"textual", "rich", "widgets", "tui.app", "tui.screens", "tui.panes"}


def test_widgets_know_nothing_of_docker() -> None:
    modules = loaded(IMPORT_ALL, "widgets")
    assert "widgets.table" in modules
    assert not modules & {"tui", "docker", "requests"}


def test_the_first_frame_waits_for_nothing_that_it_does_not_show() -> None:
    modules = loaded(IMPORT_ONE, "tui.app")
    assert {"tui.app", "textual", "tui.screens.main"} <= modules
    assert not modules & {
        *("docker", "requests", "urllib3", "tui.demo", "tui.verbs.registry"),
        *(
            "tui.screens.plan",
            "tui.screens.prompt",
            "tui.screens.run",
            "tui.screens.help",
            "tui.screens.logs",
        ),
    }


def test_saying_the_version_needs_neither_textual_nor_the_sdk() -> None:
    modules = loaded(IMPORT_ONE, "tui.__main__")
    assert not {name for name in modules if name.startswith("tui.")} - {"tui.__main__"}
    assert not modules & {"textual", "rich", "docker", "requests"}
