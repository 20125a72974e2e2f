"""Records in log lines, and the level of a line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.widgets.log_app import screen, showing
from tests.widgets.test_log_view import style_of
from widgets.log_fields import fields_of, told
from widgets.log_levels import level_in
from widgets.log_view import LogText
from widgets.text import shown

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
NOISE = st.lists(
    st.sampled_from([*'{}[]",:= \\\x1b\u202e\ud800', "a=", '{"a":', "NaN", "msg", "level", "[31m", "\\ud800"])
    | st.text(max_size=3),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        ('{"a":1.10,"b":"x y","c":null}', [("a", "1.10"), ("b", "x y"), ("c", "null")]),
        ('{"a":{"b":[1,2.50,{"c":"d"}]}}', [("a", '{"b":[1,2.50,{"c":"d"}]}')]),
        ('{"a":1,"a":2,"n":{"k":1,"k":2}}', [("a", "1"), ("a", "2"), ("n", '{"k":1,"k":2}')]),
        ('  {"t":1700000000.123456789} ', [("t", "1700000000.123456789")]),
        ('{"a":NaN,"b":true}', [("a", "NaN"), ("b", "true")]),
        ('\x1b[32m{"a":"b"}\x1b[0m', [("a", "b")]),
        ('a=1 b="x \\"y\\"\\n" flag c=', [("a", "1"), ("b", 'x "y"\n'), ("flag", ""), ("c", "")]),
        ("url=http://h/?a=b&c=d n=2", [("url", "http://h/?a=b&c=d"), ("n", "2")]),
        ('{"a":' + "9" * 5000 + "}", [("a", "9" * 5000)]),
        ("{}", []),
    ],
)
def test_the_fields_of_a_record(raw: str, fields: list[tuple[str, str]]) -> None:
    assert fields_of(raw) == fields


@pytest.mark.parametrize(
    "raw",
    [
        "", "plain text", "[1,2]", '{"a":1', '{"a":1} and more', "{not json}", "a=b", "a=b and so on it goes",
        "== x ==", 'a="open b=1', '{"a":' * 20_000, '{"a":' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"a":"' + "x" * 70_000 + '"}', "a=1 " * 1000,
    ],
)  # fmt: skip
def test_what_is_no_record(raw: str) -> None:
    assert fields_of(raw) is None
    assert told(raw, timed=False) is None


@settings(max_examples=150, deadline=None)
@given(raw=NOISE | st.dictionaries(st.text(max_size=5), JSON, max_size=4).map(json.dumps))
def test_whatever_comes_is_told_harmlessly_or_not_at_all(raw: str) -> None:
    record = told(raw, timed=True)
    if record is not None:
        assert record.plain == shown(record.plain, len(record.plain))
        ends = [0, *(edge for start, end, _ in record.spans for edge in (start, end)), len(record.plain)]
        assert ends == sorted(ends)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5) | JSON, max_size=4))
def test_strings_of_json_are_as_they_were(record: dict[str, object]) -> None:
    found = fields_of(json.dumps(record))
    assert found is not None
    assert [key for key, _ in found] == list(record)
    for (_, value), original in zip(found, record.values(), strict=True):
        if isinstance(original, str):
            assert value == original


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ('{"time":"2026","level":"info","msg":"up and running","port":80}', "INFO  up and running  port=80"),
        ('{"level":50,"time":1700000000000,"pid":1,"msg":"no"}', "ERROR no  pid=1"),
        ("ts=2026 lvl=warn msg=slow took=2s", "WARN  slow  took=2s"),
        ('{"event":"saved","msg":"done"}', "done  event=saved"),
        ('{"severity":"strange","message":"x"}', "STRANGE x"),
        ('{"user":"\\u001b[31mroot\\u202e"}', "user=␛[31mroot\ufffd"),
    ],
)
def test_a_record_in_one_line(raw: str, plain: str) -> None:
    record = told(raw, timed=True)
    assert record is not None
    assert record.plain == plain


def test_a_time_is_left_out_only_where_the_line_has_one() -> None:
    record = told('{"time":"12:00","msg":"x"}', timed=False)
    assert record is not None
    assert record.plain == "x  time=12:00"


@pytest.mark.parametrize(
    ("text", "level", "word"),
    [
        ("2026-01-02 10:00:00 ERROR it broke", "error", "ERROR"),
        ("time=x level=info msg=y", "info", "info"),
        ('{"a":1,"level":"error"}', "error", "error"),
        ('{"level": 20}', "debug", "20"),
        ("[warn] look out", "warn", "warn"),
        ("2026/01/01 10:00:00 [error] 12#12: *1 open() failed", "error", "error"),
        ("2026-01-01 10:00:00.123 UTC [1] LOG:  database system is ready", "info", "LOG"),
        ("2026-01-01 10:00:00.123 UTC [33] FATAL:  role does not exist", "error", "FATAL"),
        ("E1124 15:16:32.123456       1 main.go:7] no", "error", "E"),
        ("1:M 24 Nov 2026 10:00:00.123 * Ready to accept connections", "info", "*"),
        ("1:M 24 Nov 2026 10:00:00.123 # Server initialized", "warn", "#"),
        ("WARNING:root:careful", "warn", "WARNING"),
        ("<3>kernel says no", "error", "3"),
        ("INFO:     Application startup complete.", "info", "INFO"),
        ("info: Microsoft.Hosting.Lifetime[0]", "info", "info"),
        ("[2026-01-01T00:00:00Z DEBUG app::db] query", "debug", "DEBUG"),
        ("DEBUG before ERROR", "debug", "DEBUG"),
    ],
)
def test_a_level_is_found(text: str, level: str, word: str) -> None:
    found = level_in(text)
    assert found is not None
    assert (found.level, text[found.start : found.end]) == (level, word)


@pytest.mark.parametrize(
    "text",
    [
        "an error happened", "GET /ERROR HTTP/1.1", "errors=0 is fine", "com.example.ERROR.Handler",
        "MY_ERROR_CODE", "* not redis", "E1124", "* * *", "x" * 200 + " ERROR",
        "", "<99999>", "the log: fine", "NO-ERROR",
    ],
)  # fmt: skip
def test_no_level_is_made_up(text: str) -> None:
    assert level_in(text) is None


async def test_records_are_shown_as_fields_and_raw() -> None:
    raw = '{"level":"warn","msg":"disk low","free":3}'
    async with showing([LogText(raw), "level=info msg=ok n=1", LogText(raw, "note")], size=(60, 6)) as (
        view,
        pilot,
    ):
        assert screen(view)[:3] == ["  WARN  disk low  free=3", "  INFO  ok  n=1", f"· {raw}"]
        level = view.get_component_rich_style("log-view--level-warn")
        assert style_of(view, 0, "WARN").color == level.color
        assert style_of(view, 0, "free=").dim
        assert view.texts(view.shown)[0] == "WARN  disk low  free=3"
        await pilot.press("x")
        assert screen(view)[0] == f"  {raw}"
        assert style_of(view, 0, "warn").color == level.color
        assert view.texts(view.shown)[0] == raw


async def test_a_level_is_coloured_but_not_where_the_line_brings_its_colours() -> None:
    async with showing(["an ERROR here", "\x1b[35man\x1b[0m ERROR here"]) as (view, _):
        level = view.get_component_rich_style("log-view--level-error")
        assert style_of(view, 0, "ERROR").color == level.color
        assert style_of(view, 0, "here").color != level.color
        assert style_of(view, 1, "ERROR").color != level.color


async def test_records_wrap_as_what_is_seen_of_them() -> None:
    raw = json.dumps({"time": "x" * 60, "level": "info", "msg": "m" * 50})
    async with showing([LogText(raw, at=1), "next"]) as (view, pilot):
        await pilot.press("w")
        assert screen(view)[:3] == ["  INFO  " + "m" * 31, "  " + "m" * 19, "  next"]
