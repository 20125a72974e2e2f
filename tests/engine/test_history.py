"""How an image was made: what builders note, as one would write it, and which layer each line made."""

from __future__ import annotations

from typing import Any

import pytest

from tui.engine.errors import EngineError
from tui.engine.history import History, dockerfile_line, history


@pytest.mark.parametrize(
    ("noted", "line"),
    [
        ('/bin/sh -c #(nop)  CMD ["nginx" "-g" "daemon off;"]', 'CMD ["nginx", "-g", "daemon off;"]'),
        ("/bin/sh -c #(nop) WORKDIR /app", "WORKDIR /app"),
        ("/bin/sh -c apt-get update && make", "RUN apt-get update && make"),
        ("|2 A=1 B=two words /bin/sh -c echo $A", "RUN echo $A"),
        ("RUN |1 A=1 /bin/sh -c echo $A # buildkit", "RUN echo $A"),
        ("RUN /bin/sh -c apt-get update # buildkit", "RUN apt-get update"),
        ("RUN /bin/bash -o pipefail -c a | b # buildkit", "RUN a | b"),
        ("RUN set -eux; \tmake # buildkit", "RUN set -eux; \tmake"),
        ("COPY src /app # buildkit", "COPY src /app"),
        (
            f"/bin/sh -c #(nop) ADD file:{'0123456789abcdef' * 4} in / ",
            "ADD file:0123456789ab /",
        ),
        (f"/bin/sh -c #(nop) COPY dir:{'a' * 64} in /app ", "COPY dir:aaaaaaaaaaaa /app"),
        ("EXPOSE map[80/tcp:{} 443/tcp:{}]", "EXPOSE 80/tcp 443/tcp"),
        ("EXPOSE [80/tcp]", "EXPOSE 80/tcp"),
        ("/bin/sh -c #(nop)  VOLUME [/data]", "VOLUME /data"),
        ('VOLUME ["/a b"]', 'VOLUME ["/a b"]'),
        (
            'HEALTHCHECK &{["CMD-SHELL" "curl -f \\"x\\" || exit 1"] "30s" "3s" "0s" "0s" \'\\x03\'}',
            'HEALTHCHECK CMD curl -f "x" || exit 1',
        ),
        ('HEALTHCHECK &{["CMD" "a" "b"] "0s"}', 'HEALTHCHECK CMD ["a", "b"]'),
        ('HEALTHCHECK &{["NONE"] "0s"}', "HEALTHCHECK NONE"),
        ("cmd /S /C #(nop)  USER app", "USER app"),
        ("cmd /S /C dir", "RUN dir"),
        ("bash -l", "bash -l"),
        ("", ""),
    ],
)
def test_a_line_is_as_one_would_write_it(noted: str, line: str) -> None:
    assert dockerfile_line(noted) == line


class Answers:
    """An Engine that tells of an image, the newest step first."""

    def __init__(self, steps: list[dict[str, Any]], layers: list[str]) -> None:
        self.answers: dict[str, Any] = {"history": steps, "json": {"RootFS": {"Layers": layers}}}
        self.paths: list[str] = []

    def ask(self, method: str, path: str, **options: Any) -> Any:
        self.paths.append(path)
        answer = self.answers[path.rpartition("/")[2]]
        return type(
            "Answer", (), {"json": lambda self: answer, "headers": {"Date": "Tue, 24 Nov 2026 12:00:00 GMT"}}
        )()


def step(line: str, size: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "Id": "<missing>",
        "Created": 5,
        "CreatedBy": line,
        "Size": size,
        "Comment": "",
        "Tags": None,
    } | more


def asked(*steps: dict[str, Any], layers: list[str]) -> History:
    return history(Answers(list(reversed(steps)), layers), "sha256:x")  # type: ignore[arg-type]


def test_the_lines_come_in_the_order_of_the_dockerfile() -> None:
    engine = Answers(
        [step("CMD x", Id="sha256:top", Tags=["a:1"]), step("ADD / # buildkit", 7, Comment="buildkit")],
        ["l1"],
    )
    found = history(engine, "a/b:1")  # type: ignore[arg-type]
    assert engine.paths == ["/images/a/b:1/history", "/images/a/b:1/json"]
    first, second = found.lines
    assert (first.text, first.size, first.comment, first.id) == ("ADD /", 7, "buildkit", "<missing>")
    assert (second.text, second.tags, second.id) == ("CMD x", ("a:1",), "sha256:top")
    assert (found.total, found.layers, found.now) == (7, 1, 1795521600)


def test_each_line_knows_the_layer_it_made() -> None:
    found = asked(
        step("ADD /", 5), step("ENV A=1"), step("RUN /bin/sh -c a", 3), step("CMD x"), layers=["l1", "l2"]
    )
    assert [line.layer for line in found.lines] == ["l1", "", "l2", ""]


def test_an_empty_layer_is_that_of_a_line_that_makes_layers() -> None:
    found = asked(step("ADD /", 5), step("ENV A=1"), step("RUN true"), step("CMD x"), layers=["l1", "l2"])
    assert [line.layer for line in found.lines] == ["l1", "", "l2", ""]
    folder = asked(step("ADD /", 5), step("WORKDIR /a"), step("COPY a b", 1), layers=["l1", "l2", "l3"])
    assert [line.layer for line in folder.lines] == ["l1", "l2", "l3"]


def test_where_nobody_can_tell_no_layer_is_told() -> None:
    found = asked(step("RUN a"), step("RUN b"), step("ADD /", 5), layers=["l1", "l2"])
    assert [line.layer for line in found.lines] == ["", "", ""]


def test_an_imported_image_has_its_comment() -> None:
    (line,) = asked(step("", 5, Comment="Imported from -"), layers=["l1"]).lines
    assert (line.text, line.comment, line.layer) == ("", "Imported from -", "l1")


def test_an_answer_that_is_none_is_told() -> None:
    with pytest.raises(EngineError, match="cannot be read"):
        asked({"Size": "much"}, layers=[])
    with pytest.raises(EngineError, match="cannot be read"):
        history(Answers(["x"], []), "a")  # type: ignore[list-item, arg-type]
