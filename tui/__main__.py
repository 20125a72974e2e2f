"""The `wharf` command: arguments, settings, endpoint, and then the app."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import threading
from collections.abc import Sequence

from tui import __version__

USAGE = 2
"""The exit code for arguments, settings or a terminal that cannot be used."""
INTERRUPTED = 130
"""The exit code after ctrl-c, as shells give it."""
DOCTOR = "doctor"
DEMO_ALONE = "give --demo without --host and --context"
MOST_CONTAINERS = 100_000
"""As many as the demo makes in a time that a person waits."""


def parser() -> argparse.ArgumentParser:
    """The command's arguments."""
    parser = argparse.ArgumentParser(
        prog="wharf", description="Run Docker from the keyboard.", allow_abbrev=False
    )
    parser.add_argument("-H", "--host", metavar="URL", help="the Engine's address, as docker -H takes it")
    parser.add_argument("-c", "--context", metavar="NAME", help="the docker context to use")
    parser.add_argument(
        "--demo",
        metavar="MORE",
        type=_count,
        nargs="?",
        const=0,
        help="show the embedded demo Engine, which needs no Docker, with MORE containers than it has",
    )
    parser.add_argument("--read-only", action="store_true", help="offer and send nothing that changes")
    parser.add_argument(
        "--slow-line",
        action=argparse.BooleanOptionalAction,
        help="spare the line that the screen goes over; by itself inside an SSH session",
    )
    parser.add_argument("--version", action="version", version=f"wharf {__version__}")
    parser.add_argument(
        "command",
        nargs="?",
        choices=(DOCTOR,),
        metavar=DOCTOR,
        help="say, without the screen, which Engine is used and why, and whether it answers",
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run Wharf; returns the exit code."""
    # nothing becomes garbage while modules are imported; the main screen switches the collector on again
    gc.disable()
    words = list(sys.argv[1:] if argv is None else argv)
    if "--demo" in words[:-1] and words[(at := words.index("--demo")) + 1] == DOCTOR:
        words[at : at + 2] = [DOCTOR, "--demo"]  # else it is taken for the number of containers
    args = parser().parse_args(words)
    if args.command == DOCTOR:
        return _doctor(args)
    # the screen is painted on standard error, as Textual does
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        return _refuse("a terminal is needed: standard input, output or error is none")

    from tui.engine.endpoint import Endpoint, EndpointError, resolve
    from tui.engine.engine import Engine
    from tui.engine.fleet import Doorbell
    from tui.engine.places import state_dir
    from tui.settings import Choices, SettingsError, config_file, load_settings
    from tui.terminal import Terminal

    try:
        settings = load_settings(config_file())
        terminal = Terminal.of(os.environ, settings, args.slow_line)
        if terminal.refusal:
            return _refuse(terminal.refusal)
        terminal.prepare()
        if args.demo is None:
            demo = None
            endpoint = settings.applied(resolve(args.host, args.context, read_only=args.read_only))
        elif args.host is not None or args.context is not None:
            return _refuse(DEMO_ALONE)
        else:
            from tui.demo import NAME, DemoEngine

            demo = DemoEngine(scale=args.demo)
            endpoint = Endpoint(demo.start(), NAME, "--demo", read_only=args.read_only, demo=True)
    except (EndpointError, SettingsError) as error:
        return _refuse(str(error))
    doorbell = Doorbell()
    engine = Engine(endpoint, state_dir(), ask=doorbell, stats_at_once=settings.stats_at_once)
    # the first list is read while the screen is being made
    engine.start()

    from tui.app import WharfApp
    from tui.hangup import HUNG_UP, end_with_terminal

    app = WharfApp(
        engine,
        settings,
        Choices.load(),
        read_only=args.read_only,
        demo=demo,
        doorbell=doorbell,
        terminal=terminal,
    )
    end_with_terminal(app)
    app.run(mouse=terminal.mouse)
    if app.return_code == HUNG_UP:
        os._exit(HUNG_UP)  # there is no terminal to flush anything to
    sys.stdout.flush()
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        os._exit(app.return_code or 0)  # a request that nobody waits for must not hold up the end
    return app.return_code or 0


def _doctor(args: argparse.Namespace) -> int:
    if args.demo is not None and (args.host is not None or args.context is not None):
        return _refuse(DEMO_ALONE)
    from tui.doctor import examine
    from tui.engine.endpoint import EndpointError

    try:
        return examine(args.host, args.context, read_only=args.read_only, demo=args.demo, slow=args.slow_line)
    except EndpointError as error:
        return _refuse(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # who reads it has seen enough; nothing is left to be said when Python ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_CONTAINERS:
        raise argparse.ArgumentTypeError(f"a number up to {MOST_CONTAINERS:,} is wanted, not {text!r}")
    return int(text)


def _refuse(why: str) -> int:
    print(f"wharf: {why}", file=sys.stderr)  # noqa: T201 - the one line before there is a screen
    return USAGE


if __name__ == "__main__":
    sys.exit(main())
