"""The window of a log that is held."""

from __future__ import annotations

from widgets.log_kept import Kept, LogText


def at(*moments: int) -> list[LogText]:
    return [LogText(f"{moment}", at=moment) for moment in moments]


def moments(kept: Kept) -> list[int]:
    return [line.at for line in kept.since(kept.first)]


def test_a_line_keeps_its_number() -> None:
    kept = Kept(4)
    kept.append(at(10, 11, 12))
    assert kept.prepend(at(8, 9)) == 1
    assert (kept.first, kept.end, kept[1].at, kept[-2].at) == (-2, 2, 11, 8)
    assert kept.append(at(12, 13)) == 2
    assert (kept.first, kept.end, kept[1].at) == (0, 4, 11)


def test_lines_of_one_moment_go_together() -> None:
    kept = Kept(4)
    kept.append(at(1, 2, 2, 2, 3))
    assert moments(kept) == [2, 2, 2, 3]
    kept.append(at(4))
    assert moments(kept) == [3, 4]
    kept.prepend(at(1, 2, 2))
    assert moments(kept) == [1, 2, 2, 3]
    kept.prepend(at(0, 0))
    assert moments(kept) == [0, 0, 1]


def test_a_moment_longer_than_the_window_is_cut_all_the_same() -> None:
    kept = Kept(3)
    kept.append(at(7, 7, 7, 7, 7))
    assert moments(kept) == [7, 7, 7]


def test_lines_without_a_time_go_one_by_one() -> None:
    kept = Kept(3)
    kept.append(at(0, 0, 0, 0))
    assert len(kept) == 3


def test_the_room_is_what_fits_by_lines_and_by_bytes() -> None:
    kept = Kept(10, budget=4000)
    assert kept.room == 10
    kept.append(at(1, 2, 3))
    assert kept.room == 7
    kept.append([LogText("x" * 2000)])
    assert 0 < kept.room < 6
    kept.append([LogText("x" * 3000)])
    assert kept.room == 0
    kept.clear()
    assert (kept.room, kept.first) == (10, 5)


def test_the_last_line_stays_however_long_it_is() -> None:
    kept = Kept(10, budget=10)
    kept.append(at(1, 2, 3))
    assert moments(kept) == [3]
    kept.prepend(at(1, 2))
    assert moments(kept) == [1]
