"""The `filters` parameter of the list and prune endpoints, read and refused as the Engine does."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping

from tui.demo.formats import repository, seconds
from tui.demo.models import Refusal
from tui.demo.wire import Request

Filters = Mapping[str, list[str]]

DURATION = re.compile(r"(\d+(?:\.\d+)?)(h|m|s)")
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def parsed(request: Request, accepted: Collection[str] | None) -> dict[str, list[str]]:
    """Filter names with their values; Refusal 400 for a name that the endpoint does not know.

    With None for `accepted` the endpoint does not care.

    Both shapes are read: {"name": ["a"]} and {"name": {"a": true}}.
    """
    text = request.query.get("filters") or "{}"
    try:
        given = json.loads(text)
    except ValueError:
        raise Refusal(400, "invalid filter") from None
    if not isinstance(given, dict) or not all(isinstance(values, list | dict) for values in given.values()):
        raise Refusal(400, "invalid filter")
    for name in given:
        if accepted is not None and name not in accepted:
            raise Refusal(400, f"invalid filter '{name}'")
    return {name: [str(value) for value in values] for name, values in given.items() if values}


def truth(filters: Filters, name: str, default: bool) -> bool:
    """A filter whose value is true or false; Refusal 400 otherwise."""
    if name not in filters:
        return default
    values = {value.lower() for value in filters[name]}
    if values <= {"true", "1"}:
        return True
    if values <= {"false", "0"}:
        return False
    raise Refusal(400, f"invalid filter '{name}=[{' '.join(filters[name])}]'")


def labelled(labels: Mapping[str, str] | None, filters: Filters) -> bool:
    """Whether labels have all of `label` and none of `label!` (each `key` or `key=value`)."""
    return all(_has(labels or {}, one) for one in filters.get("label", [])) and not any(
        _has(labels or {}, one) for one in filters.get("label!", [])
    )


def matches(text: str, patterns: list[str]) -> bool:
    """Whether any regular expression is found in a text; those that cannot be read match nothing."""
    return any(_found(pattern, text) for pattern in patterns)


def before(filters: Filters, now: float) -> float:
    """The moment of `until` (a time, or how long ago such as 24h), in epoch seconds; infinite without one."""
    if "until" not in filters:
        return float("inf")
    text = filters["until"][0]
    parts = DURATION.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return now - sum(float(number) * UNITS[unit] for number, unit in parts)
    try:
        return seconds(text)
    except ValueError:
        raise Refusal(400, f'failed to parse value as time or duration: "{text}"') from None


def references(given: list[str], patterns: list[str]) -> list[str]:
    """Those references that match a pattern such as `shop/*` or `nginx:1.*`; `*` stops at a slash."""
    compiled = [re.compile(_glob(pattern)) for pattern in patterns]
    return [
        one
        for one in given
        if any(glob.fullmatch(one) or glob.fullmatch(repository(one)) for glob in compiled)
    ]


def _has(labels: Mapping[str, str], wanted: str) -> bool:
    key, equals, value = wanted.partition("=")
    return key in labels and (not equals or labels[key] == value)


def _found(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def _glob(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
