"""Measure Wharf on Engines of its own and print the figures: `python -m tests.bench [--quick] [scenario …]`.

Nothing is asserted: a figure says whether it reaches its aim, and the exit code is 0 unless it cannot run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.bench.demo import demo
from tests.bench.far import far
from tests.bench.figures import HEAD, Figure, line, row
from tests.bench.followed import follow
from tests.bench.ground import Ground, Scenario
from tests.bench.line import on_a_line
from tests.bench.lively import fresh, health, logs
from tests.bench.programs import WHARF, NeverReady, Programs
from tests.bench.scene import SCENES, Builder
from tests.bench.stats import stats
from tests.bench.still import idle, keys, startup
from tests.bench.transfers import transfers
from tests.live.engine import EngineError, PrivateEngine

RELEASE = "20.10"
GROWING: Mapping[str, Scenario] = {"startup": startup, "keys": keys, "idle": idle, "fresh": fresh}
"""Measured at every size."""
ALONE: Mapping[str, Scenario] = {"logs": logs, "follow": follow, "health": health, "stats": stats}
"""Measured once, each on an Engine of its own."""
THEIR_OWN: Mapping[str, Callable[..., Iterator[Figure]]] = {
    "demo": demo,
    "line": on_a_line,
    "far": far,
    "transfers": transfers,
}
"""Measured on the demo, or on an Engine that they start themselves."""
KNOWN = (*GROWING, *ALONE, *THEIR_OWN)


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure Wharf.")
    parser.add_argument("scenario", nargs="*", help=f"of {', '.join(KNOWN)}; all without one")
    parser.add_argument("--quick", action="store_true", help="the small scene only, and fewer runs")
    default = Path(tempfile.gettempdir(), "wharf-bench.json")
    parser.add_argument("--json", type=Path, default=default, metavar="FILE", help=f"default {default}")
    return parser


def measure(names: set[str], programs: Programs, *, quick: bool) -> Iterator[Figure]:
    """Build the scenes one after the other and measure what was asked for."""
    growing = [scenario for name, scenario in GROWING.items() if name in names]
    if growing:
        engine = PrivateEngine(RELEASE)
        engine.start()
        try:
            with Builder(engine.url) as builder:
                for name in ("S",) if quick else SCENES:
                    builder.grow(SCENES[name])
                    for scenario in growing:
                        yield from scenario(Ground(engine.url, name, builder, programs, quick))
        finally:
            engine.stop()
    for scenario in (scenario for name, scenario in ALONE.items() if name in names):
        engine = PrivateEngine(RELEASE)
        engine.start()
        try:
            with Builder(engine.url) as builder:
                yield from scenario(Ground(engine.url, "", builder, programs, quick))
        finally:
            engine.stop()
    for name, scenario_of in THEIR_OWN.items():
        if name in names:
            yield from scenario_of(programs, quick=quick)


def main() -> int:
    """Measure, print each figure as it comes, and write all to a file; returns the exit code."""
    args = parser().parse_args()
    names = set(args.scenario) or {*KNOWN}
    if unknown := names - {*KNOWN}:
        return _refuse(f"no scenario {', '.join(sorted(unknown))}")
    if not Path(WHARF[0]).exists():
        return _refuse(f"no {WHARF[0]}: run `make install` first")
    began, load, figures = time.monotonic(), os.getloadavg()[0], []
    with tempfile.TemporaryDirectory(prefix="wharf-bench-") as home:
        programs = Programs(Path(home))
        _say(f"Engine {RELEASE}, {os.cpu_count()} processors, load {load:.1f}; medians unless p95 is said\n")
        _say(row(HEAD))
        try:
            for figure in measure(names, programs, quick=args.quick):
                figures.append(figure)
                _say(line(figure))
        except (EngineError, NeverReady) as error:
            return _refuse(str(error))
        strays = programs.strays()
    missed = sum(figure.verdict == "missed" for figure in figures)
    _say(f"\n{missed} missed; {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f} at the end")
    for stray in strays:
        _say(f"still running: {stray}")
    args.json.write_text(json.dumps([figure.as_json() for figure in figures], indent=1, ensure_ascii=False))
    _say(f"written to {args.json}")
    return 0


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the figures are its output


def _refuse(why: str) -> int:
    print(f"bench: {why}", file=sys.stderr)  # noqa: T201
    return 2


if __name__ == "__main__":
    sys.exit(main())
