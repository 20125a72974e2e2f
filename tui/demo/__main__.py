"""`python -m tui.demo`: a demo Engine in the foreground, for other programs and for rehearsing faults."""

from __future__ import annotations

import argparse
import signal
import sys

from tui.demo import DemoEngine
from tui.demo.dials import BROKEN, Dials
from tui.demo.engine import DAILY_PACE

ENDS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
"""Signals that end it."""


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m tui.demo", description="Serve a demo Engine.")
    add = parser.add_argument
    add("--seed", type=int, default=1, help="what ids and log lines follow from")
    add("--scale", type=int, default=0, metavar="N", help="N more containers")
    add("--hostile", action="store_true", help="objects with strings that attack terminals")
    add("--latency", type=float, default=0.0, metavar="S", help="seconds before each answer")
    add("--cut-after", type=int, metavar="BYTES", help="cut each answer after so many bytes")
    add("--half-open", action="store_true", help="streams stay open and say nothing")
    add("--pace", type=float, default=DAILY_PACE, metavar="S", help="seconds that 100 MB of a pull take")
    add("--break-after", type=int, metavar="N", help="fail transfers after N lines")
    add("--break-words", default=BROKEN, metavar="WORDS", help="what is said then; empty: cut them instead")
    add(
        "--refuse",
        action="append",
        default=[],
        nargs=4,
        metavar=("METHOD", "PATH", "STATUS", "WORDS"),
        help="answer such requests with an error; * in PATH stands for anything",
    )
    return parser


def turned(args: argparse.Namespace) -> Dials:
    """The dials as the arguments have them. Raises ValueError for a status that is not a number."""
    names = ("latency", "cut_after", "half_open", "pace", "break_after", "break_words")
    dials = Dials(**{name: getattr(args, name) for name in names})
    for method, path, status, words in args.refuse:
        dials.refuse(method, path, int(status), words)
    return dials


def main() -> int:
    """Serve until ctrl-c or SIGTERM; returns the exit code."""
    args = parser().parse_args()
    try:
        dials = turned(args)
    except ValueError as error:
        parser().error(f"--refuse: a status is a number: {error}")
    # before any thread is there: all of them leave these signals to the wait below
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    with DemoEngine(seed=args.seed, scale=args.scale, hostile=args.hostile, dials=dials) as engine:
        print(f"export DOCKER_HOST={engine.start()}", flush=True)  # noqa: T201 - what others need to know
        signal.sigwait(ENDS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
