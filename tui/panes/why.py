"""Why a container is down, or was started again: what its inspect answer, events and log have to say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from tui.engine.models import Container
from tui.panes.fact import Fact, Found, branch, fact, labelled, number, section, word
from tui.panes.start_errors import start_advice
from tui.panes.words import age, counted, exit_meaning, memory, moment, signal_name
from widgets.table import Tone

if TYPE_CHECKING:
    from tui.engine.lives import Turn, Why
    from tui.engine.logs import LogLine
    from tui.engine.store import Refusal

DOWN = "Why is it down?"
AGAIN = "Why was it restarted?"
PROBES = 3
"""So many of the last health checks are shown."""
PROBE_LINES = 6
"""Of each health check's output so many lines are shown."""
WHOLE = 4
"""So many runs are told one by one; of more only the first and the last two."""
SHORT_RUN, FIRST_WAIT, LONGEST_WAIT = 10.0, 0.1, 60.0
"""After so short a run an Engine waits before it starts again: twice as long each time, up to the last."""
ASKED = "as it was asked to"
FAILED_START, NOT_STARTED = 128, "the Engine could not start it"
"""The exit code that it then has, as far as no other one says more."""
ENDING = (2, 3, 9, 15)
"""Signals that are meant to end a process."""
FROM_OUTSIDE = (130, 137, 143)
"""Exit codes of what was ended by a signal that somebody sent."""


class Run(NamedTuple):
    """A container's life from a start to an end, in epoch seconds; None for what is not known."""

    began: float | None
    ended: float | None = None
    code: int | None = None
    how: str = ""
    """What ended it, when that is known."""

    @property
    def seconds(self) -> float | None:
        """How long it lasted."""
        return None if self.began is None or self.ended is None else max(self.ended - self.began, 0.0)


def why_section(container: Container, found: Found, now: float, why: Why | None) -> list[Fact]:
    """The section of a container that is down, or that the Engine started again; else nothing."""
    state = branch(found, "State")
    causes = exit_facts(container, state)
    if container.running and container.state != "restarting":
        if why is None or not why.turns or not number(found, "RestartCount"):
            return []
        known = _runs(why.turns)
        lines = _last_lines(why, state) if why.lines else []
        history = _history(known, now, _lived(container, found))
        return section(AGAIN, restart_facts(container, found, now, known), history, lines)
    if not causes:
        return []
    turns = _completed(why.turns if why is not None else (), state)
    runs = _runs(turns)
    return section(
        DOWN,
        causes,
        fact("", _ended_by(turns, why.turns if why is not None else ())),
        fact("what to do", _advice(found, why.lines if why is not None else ())),
        restart_facts(container, found, now, runs),
        _history(runs, now, _lived(container, found) if runs else 0) if why is not None else (),
        _last_lines(why, state) if why is not None else (),
        probes(branch(state, "Health"), now),
    )


def remembered(found: Found | None, refusal: Refusal | None) -> Found | None:
    """The inspect answer, with the error of the last start where the Engine itself has not kept it."""
    state = branch(found or {}, "State")
    if not found or refusal is None or word(state, "Error"):
        return found
    since = moment(word(state, "StartedAt")) or 0.0
    return found if since > refusal.at else {**found, "State": {**state, "Error": refusal.words}}


def exit_facts(container: Container, state: Found) -> list[Fact]:
    """Why it is not running: the exit code in words, and what the Engine itself has to say."""
    error = word(state, "Error")
    code = container.exit_code if container.exit_code is not None else number(state, "ExitCode")
    oom_killed = bool(state.get("OOMKilled"))
    if container.state in ("exited", "dead", "restarting") or (code and not container.running):
        tone = Tone.BAD if oom_killed else Tone.WARN if code else Tone.PLAIN
        meaning = NOT_STARTED if error and code == FAILED_START else exit_meaning(code, oom_killed)
        lines = [Fact("why", f"{code}: {meaning}", tone)]
    elif oom_killed:
        lines = [Fact("why", "a process in it was killed because memory ran out (OOMKilled)", Tone.BAD)]
    else:
        lines = []
    return lines + fact("" if lines else "why", error, Tone.BAD)


def restart_facts(container: Container, found: Found, now: float, runs: Sequence[Run] = ()) -> list[Fact]:
    """Its restart policy, how often it came to that, and when it comes to that next."""
    if not found:
        return []
    policy = branch(found, "HostConfig", "RestartPolicy")
    name, most = word(policy, "Name") or "no", number(policy, "MaximumRetryCount")
    words = name + (f", at most {most} times" if most else "")
    if times := number(found, "RestartCount"):
        words += f"  restarted {counted(times, 'time')}"
        lived = _lived(container, found)  # of which it may have forgotten the first ones
        since, until = (runs[-lived].began, runs[-1].ended) if len(runs) >= lived else (None, None)
        if since is not None and until is not None:
            words += f" in {lasted(until - since)}"
    if container.state == "restarting" and runs and (ended := runs[-1].ended):
        words += f", next try at about {_clock(ended + _wait(runs, times), now)}"
    gave_up = name == "on-failure" and 0 < most <= times and container.state == "exited"
    facts = fact(
        "restart", words + (", then gave up" if gave_up else ""), Tone.WARN if gave_up else Tone.PLAIN
    )
    if branch(found, "HostConfig").get("AutoRemove"):
        facts.append(Fact("", "removed with its anonymous volumes when it stops (--rm)", Tone.WARN))
    return facts


def _lived(container: Container, found: Found) -> int:
    """How often it has run since somebody started it; a restart counts as soon as the Engine waits for it."""
    return number(found, "RestartCount") + (container.state != "restarting")


def probes(health: Found, now: float) -> Iterator[Fact]:
    """What the last health checks said, the newest first."""
    for number_, probe in enumerate(reversed((health.get("Log") or [])[-PROBES:])):
        code = number(probe, "ExitCode")
        end = moment(word(probe, "End")) or moment(word(probe, "Start"))
        time = f"{age(now - end)} ago" if end else "some time ago"
        yield Fact("" if number_ else "probes", f"{time}  exit {code}", Tone.WARN if code else Tone.PLAIN)
        lines = word(probe, "Output").splitlines()
        yield from (Fact("", f"  {line}", Tone.DIM) for line in lines[:PROBE_LINES])
        if len(lines) > PROBE_LINES:
            yield Fact("", f"  … {len(lines) - PROBE_LINES} more lines", Tone.DIM)


def _advice(found: Found, lines: Sequence[LogLine]) -> str:
    state = branch(found, "State")
    limit = number(branch(found, "HostConfig"), "Memory")
    if state.get("OOMKilled") and limit:
        return f"It may use {memory(limit)} of memory: raise that limit, or have it use less."
    # a container that began but whose command did not has that in its log, and no error
    said = lines[-1].text.strip() if lines and lines[-1].text.startswith("exec ") else ""
    return start_advice(word(state, "Error") or said)


def _ended_by(turns: Sequence[Turn], told: Sequence[Turn]) -> str:
    """Who ended its last run, as far as the events tell; `told` are those that the Engine remembers."""
    back = list(reversed(turns))
    end = next((place for place, turn in enumerate(back) if turn.action == "die"), None)
    if end is None:
        return ""
    life = list(takewhile(lambda turn: turn.action != "start", back[end:]))
    # an Engine tells of a stop just before the end or just after it
    stopped = any(turn.action in ("stop", "restart") for turn in back[:end])
    stopped = stopped or any(turn.action == "stop" for turn in life)
    kills = [turn for turn in reversed(life) if turn.action == "kill" and (stopped or turn.signal in ENDING)]
    died = back[end]
    if not kills and stopped:
        return "it was asked to stop"
    if not kills:
        # it forgets the oldest first: all that came after a start is there
        whole = any(turn.action == "start" for turn in told)
        alone = whole and died.exit_code in FROM_OUTSIDE and all(turn.action != "oom" for turn in life)
        words = "the Engine was not asked for it: the signal came from inside or from its machine"
        return words if alone else ""
    first, last = kills[0], kills[-1]
    if last.signal == 9 and first.signal not in (9, None):
        asked = signal_name(first.signal)
        return (
            f"it was asked to stop ({asked}) and killed {lasted(last.at - first.at)} later, not having ended"
        )
    if last.signal == 9:
        return "somebody had it killed (SIGKILL)"
    asked = f" ({signal_name(last.signal)})" if last.signal is not None else ""
    return f"it was asked to stop{asked} and ended {lasted(died.at - last.at)} later"


def _completed(turns: Sequence[Turn], state: Found) -> list[Turn]:
    """The turns, with the last start and end as the state has them where the Engine forgot those events."""
    from tui.engine.lives import Turn

    known = list(turns)
    ends = (("start", "StartedAt", None), ("die", "FinishedAt", number(state, "ExitCode")))
    for action, key, code in ends:
        at = moment(word(state, key))
        # an event is told after the moment that the state remembers
        if at is not None and not any(turn.action == action and turn.at >= at - 0.05 for turn in turns):
            known.append(Turn(at, action, code))
    return sorted(known, key=lambda turn: turn.at)


def _runs(turns: Sequence[Turn]) -> list[Run]:
    """Its lives, the oldest first."""
    runs: list[Run] = []
    how = ""
    for turn in turns:
        match turn.action:
            case "start":
                runs.append(Run(turn.at))
                how = ""
            case "oom":
                how = "out of memory"
            case "kill" if turn.signal == 9:
                how = "killed, as it did not stop" if how == ASKED else how or "killed"
            case "kill" if turn.signal in ENDING and not how:
                how = ASKED
            case "die":
                began = runs.pop().began if runs and runs[-1].ended is None else None
                runs.append(Run(began, turn.at, turn.exit_code, how))
                how = ""
    return runs


def _wait(runs: Sequence[Run], times: int) -> float:
    """Seconds that the Engine waits after the last run before it starts again."""
    short = len(list(takewhile(lambda run: (run.seconds or 0.0) < SHORT_RUN, reversed(runs))))
    in_a_row = max(short, times) if short == len(runs) else short
    return min(FIRST_WAIT * 2.0 ** min(max(in_a_row - 1, 0), 20), LONGEST_WAIT)


def _history(runs: Sequence[Run], now: float, lived: int) -> list[Fact]:
    """Its runs, the oldest first, of `lived` at least; the middle of many is one line."""
    folded = runs[1:-2] if len(runs) > WHOLE else []
    rows = [Fact("", _run_words(run, now)) for run in runs]
    if folded:
        rows[1:-2] = [Fact("", _folded(folded), Tone.DIM)]
    if (gone := lived - len(runs)) > 0:
        rows.insert(0, Fact("", f"… {counted(gone, 'earlier run')}, forgotten by the Engine", Tone.DIM))
    return labelled("history", rows)


def _run_words(run: Run, now: float) -> str:
    start = f"{_clock(run.began, now)} started" if run.began is not None else ""
    if run.ended is None:
        return start
    # a day that was just named is not named again
    end = f"{_clock(run.ended, run.began if run.began is not None else now)} ended"
    end += f" with {run.code}" if run.code is not None else ""
    end += f" after {lasted(run.seconds)}" if run.seconds is not None else ""
    return " · ".join(filter(None, (start, end + (f", {run.how}" if run.how else ""))))


def _folded(runs: Sequence[Run]) -> str:
    words = f"… {counted(len(runs), 'more run')}"
    lengths = [run.seconds for run in runs if run.seconds is not None]
    if lengths:
        least, most = lasted(min(lengths)), lasted(max(lengths))
        words += f" of {least}" if least == most else f" of {least} to {most}"
    codes = {run.code for run in runs}
    return words + (f", all ended with {codes.pop()}" if len(codes) == 1 and None not in codes else "")


def _last_lines(why: Why, state: Found) -> list[Fact]:
    """The end of its log; what an earlier run wrote is quieter."""
    from widgets.sgr import plain_text

    if why.unread:
        return [Fact("last lines", why.unread, Tone.DIM)]
    if not why.lines:
        return [Fact("last lines", "nothing was written", Tone.DIM)]
    began = (moment(word(state, "StartedAt")) or 0.0) * 1e9
    rows = []
    for line in why.lines:
        text = plain_text(line.text)
        tone = Tone.DIM if line.at < began else Tone.WARN if line.fd == 2 else Tone.PLAIN
        rows.append(Fact("", f"{'!' if line.fd == 2 else ' '} {text}", tone))
    errors = "! is stderr · " if any(line.fd == 2 for line in why.lines) else ""
    return labelled("last lines", [*rows, Fact("", f"  {errors}l shows all", Tone.DIM)])


def lasted(seconds: float) -> str:
    """A length of time, exact while it is short: "0.3 s", "12 s", "5 min"."""
    return f"{seconds:.1f} s" if seconds < SHORT_RUN else age(seconds)


def _clock(at: float, now: float) -> str:
    """A moment as local time, with its day when that is not the day of `now`."""
    moment_, today = datetime.fromtimestamp(at), datetime.fromtimestamp(now)
    return f"{moment_:%H:%M:%S}" if moment_.date() == today.date() else f"{moment_:%Y-%m-%d %H:%M:%S}"
