"""`python -m tui.demo`: a demo Engine in the foreground, for other programs and for rehearsing faults."""

from __future__ import annotations

import argparse
import signal
import sys

from tui.demo import DemoEngine


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(prog="python -m tui.demo", description="Serve a demo Engine.")
    parser.add_argument("--seed", type=int, default=1, help="what ids and log lines follow from")
    parser.add_argument("--scale", type=int, default=0, metavar="N", help="N more containers")
    parser.add_argument("--hostile", action="store_true", help="objects with strings that attack terminals")
    parser.add_argument("--latency", type=float, default=0.0, metavar="S", help="seconds before each answer")
    parser.add_argument("--cut-after", type=int, metavar="BYTES", help="cut each answer after so many bytes")
    parser.add_argument("--half-open", action="store_true", help="streams stay open and say nothing")
    parser.add_argument("--pace", type=float, metavar="S", help="seconds that 100 MB of a pull take")
    parser.add_argument("--break-after", type=int, metavar="N", help="fail transfers after N lines")
    parser.add_argument(
        "--refuse",
        action="append",
        default=[],
        nargs=4,
        metavar=("METHOD", "PATH", "STATUS", "WORDS"),
        help="answer such requests with an error; * in PATH stands for anything",
    )
    return parser


def main() -> int:
    """Serve until ctrl-c or SIGTERM; returns the exit code."""
    args = parser().parse_args()
    engine = DemoEngine(seed=args.seed, scale=args.scale, hostile=args.hostile)
    dials = engine.dials
    dials.latency, dials.cut_after, dials.half_open = args.latency, args.cut_after, args.half_open
    dials.break_after = args.break_after
    if args.pace is not None:
        dials.pace = args.pace
    for method, path, status, words in args.refuse:
        if not status.isdecimal():
            parser().error(f"a status is a number, not {status!r}")
        dials.refuse(method, path, int(status), words)
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    with engine:
        print(f"export DOCKER_HOST={engine.start()}", flush=True)  # noqa: T201 - what others need to know
        signal.sigwait(ENDS)
    return 0


ENDS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


if __name__ == "__main__":
    sys.exit(main())
