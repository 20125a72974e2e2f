"""Dockerfiles taken apart, builds as lines and requests, and the steps read from both builders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tui.engine.build_steps import ClassicSteps, Steps, StepState
from tui.engine.builds import Build, check_arg
from tui.engine.buildx import Buildx, PlainVertices, Vertices, command, find
from tui.engine.dockerfile import parse
from tui.engine.endpoint import Endpoint
from tui.engine.templates import TEMPLATES

FILE = """\
# syntax=docker/dockerfile:1
ARG V=1

FROM busybox:$V AS build
RUN one \\
    # a comment between
    && two
RUN <<-EOF
FROM nothing
\tEOF
COPY --from=x <<A <<"B" /to
A
B
workdir /app

FROM build as final
RUN three
"""


def test_instructions_stand_at_their_first_line() -> None:
    found = parse(FILE)
    assert [(one.word, one.line, one.stage) for one in found.instructions] == [
        *(("ARG", 2, -1), ("FROM", 4, 0), ("RUN", 5, 0), ("RUN", 8, 0), ("COPY", 11, 0), ("WORKDIR", 14, 0)),
        *(("FROM", 16, 1), ("RUN", 17, 1)),
    ]
    assert found.instructions[2].rest == "one && two"
    assert found.stages == ("build", "final")
    assert found.line_of_step(3) == 5
    assert found.line_of_step(9) is None


def test_buildkits_steps_are_found_by_stage_and_number() -> None:
    found = parse(FILE)
    assert found.line_of_vertex("build", 3, "RUN") == 8
    assert found.line_of_vertex("final", 1, "RUN") == 17
    assert found.line_of_vertex("final", 1, "COPY") is None
    unnamed = parse("FROM a\nENV x=y\nRUN b\n")
    assert unnamed.line_of_vertex("", 2, "RUN") == 3
    assert unnamed.line_of_vertex("stage-0", 2, "RUN") == 3


def test_another_escape_character_is_obeyed() -> None:
    assert [one.line for one in parse("# escape=`\nFROM a\nRUN b `\n c\nCMD d\\\n").instructions] == [2, 3, 5]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("FROM a\nRUN --mount=type=cache,target=/x b\n", 2),
        ("FROM a\nRUN <<E\nb\nE\n", 2),
        ("FROM a\nCOPY --link a /\n", 2),
        ("FROM a\nCOPY --from=x a /\nRUN echo '<< no'\n", None),
    ],
)
def test_what_only_buildkit_does_is_found(text: str, line: int | None) -> None:
    found = parse(text).needs_buildkit
    assert (found.line if found else None) == line


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_every_template_is_a_dockerfile_with_words_for_students(template: Any) -> None:
    words = {one.word for one in parse(template.text).instructions}
    assert "FROM" in words
    assert words <= {
        *("FROM", "RUN", "COPY", "ENV", "WORKDIR", "USER", "EXPOSE", "CMD", "ENTRYPOINT"),
    }
    assert template.text.count("\n#") >= 3
    assert max(map(len, template.text.splitlines())) < 110


BUILD = Build(
    Path("/src/app"),
    "docker/web.Dockerfile",
    ("a:1", "b:2"),
    ("VERSION=1.2", "API_TOKEN=s3cret", "HOME"),
    ("who=me", "bare"),
    "final",
    "linux/arm64",
    no_cache=True,
    pull=True,
)


def test_the_line_says_all_options_and_no_secret() -> None:
    line = BUILD.line().masked()
    assert line == (
        "docker build -t a:1 -t b:2 -f /src/app/docker/web.Dockerfile --build-arg VERSION=1.2 "
        "--build-arg 'API_TOKEN=***' --build-arg HOME --label who=me --label bare --target final "
        "--platform linux/arm64 --no-cache --pull /src/app"
    )
    assert BUILD.line(buildx=True).masked().startswith("docker buildx build -t a:1")
    assert "s3cret" not in repr(BUILD.line())


def test_the_query_says_the_same() -> None:
    params = BUILD.params({"HOME": "/home/me"})
    assert json.loads(params.pop("buildargs")) == {
        "VERSION": "1.2",
        "API_TOKEN": "s3cret",
        "HOME": "/home/me",
    }
    assert json.loads(params.pop("labels")) == {"who": "me", "bare": ""}
    assert params == {
        "dockerfile": "docker/web.Dockerfile",
        "rm": "1",
        "forcerm": "1",
        "t": ["a:1", "b:2"],
        "target": "final",
        "platform": "linux/arm64",
        "nocache": "1",
        "pull": "1",
    }
    assert json.loads(BUILD.params({})["buildargs"])["HOME"] is None


def test_a_build_argument_has_a_name() -> None:
    assert check_arg("A=b=c") is None
    assert check_arg("A") is None
    assert check_arg("=b") is not None
    assert check_arg("A B=c") is not None


class FakeConnection:
    """Stands for an Engine behind ssh."""

    endpoint = Endpoint("ssh://far", "far", "test")
    local_url = "unix:///tmp/tunnel.sock"


def test_secrets_go_to_buildx_by_the_environment_and_the_engine_by_the_tunnel() -> None:
    env = {"PATH": "/bin", "DOCKER_CONTEXT": "other", "BUILDX_BUILDER": "mine"}
    connection: Any = FakeConnection()
    words, own = command(Buildx("/bin/docker", "v0.29.1"), BUILD, connection, Path("/id"), env)
    assert "s3cret" not in " ".join(words)
    assert words[words.index("VERSION=1.2") + 2] == "API_TOKEN"
    assert own == {"PATH": "/bin", "DOCKER_HOST": "unix:///tmp/tunnel.sock", "API_TOKEN": "s3cret"}
    assert words[:6] == ["/bin/docker", "buildx", "build", "--builder", "default", "--progress=rawjson"]
    assert words[-1] == "/src/app"


def test_a_context_with_certificates_is_named_to_buildx() -> None:
    connection: Any = FakeConnection()
    connection.endpoint = Endpoint("tcp://far:2376", "prod", "test")
    words, own = command(
        Buildx("docker", "v0.12.0"), BUILD, connection, Path("/id"), {"DOCKER_HOST": "tcp://x"}
    )
    assert words[1:7] == ["--context", "prod", "buildx", "build", "--builder", "prod"]
    assert "--progress=plain" in words
    assert "DOCKER_HOST" not in own


def test_without_a_docker_cli_it_says_what_will_fail() -> None:
    builder = find(Endpoint("unix:///x", "", "test"), env={"PATH": "/nowhere"})
    assert builder.buildx is None
    assert builder.words == (
        "Classic builder, as there is no docker CLI on PATH: RUN --mount fails, heredocs are lost."
    )
    assert "demo" in find(Endpoint("unix:///x", "", "test", demo=True)).words


@pytest.mark.parametrize(("code", "found"), [(0, True), (1, False)])
def test_buildx_is_found_by_asking_the_docker_cli(tmp_path: Path, code: int, found: bool) -> None:
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\necho github.com/docker/buildx v0.29.1 abc\nexit {code}\n")
    program.chmod(0o755)
    builder = find(Endpoint("unix:///x", "", "test"), env={"PATH": str(tmp_path)})
    assert builder.buildx == (Buildx(str(program), "v0.29.1") if found else None)
    assert ("v0.29.1" if found else "no buildx") in builder.words


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def items(*texts: str) -> list[dict[str, Any]]:
    return [{"stream": text} for text in texts]


def test_the_classic_builders_stream_becomes_steps() -> None:
    clock = Clock()
    steps = Steps(("s3cret",), clock)
    reader = ClassicSteps(steps, parse("FROM busybox\n\nRUN make \\\n  all\nCMD x\n"))
    for item in items(
        *("Step 1/3 : FROM busybox", "\n", " ---> 3355eaa92c87\n"),
        *("Step 2/3 : RUN make   all", "\n", " ---> Running in ce31dfe60bf0\n", "ma", "de s3cret\nmore\n"),
    ):
        reader.take(item)
    clock.now += 2
    for item in items(
        *("Removing intermediate container ce31dfe60bf0\n", " ---> 0ec56eaff9b1\n"),
        *("Step 3/3 : CMD x", "\n", " ---> Using cache\n", " ---> 0ec56eaff9b2\n"),
    ):
        reader.take(item)
    reader.take({"aux": {"ID": "sha256:abc"}})
    for item in items("Successfully built abc\n", "Successfully tagged a:1\n"):
        reader.take(item)
    reader.finish()
    one, two, three = steps.all
    assert (one.state, two.state, three.state) == (StepState.DONE, StepState.DONE, StepState.CACHED)
    assert (one.line, two.line, three.line) == (1, 3, 5)
    assert two.name == "RUN make all"
    assert two.took(clock.now) == 2.0
    assert steps.since(two, 0) == (("made ***", "more"), 2)
    assert steps.since(two, 1) == (("more",), 2)
    assert (steps.image, steps.tags, steps.total) == ("sha256:abc", ["a:1"], 3)


def test_podmans_words_become_the_same_steps() -> None:
    steps = Steps()
    reader = ClassicSteps(steps, parse("ARG A\nFROM busybox AS one\nRUN a\nFROM one\nRUN b\n"))
    for item in items(
        *(
            "[1/2] STEP 1/2: FROM busybox AS one\n",
            "[1/2] STEP 2/2: RUN a\n",
            "--> Using cache d11d3da152ad06af\n",
        ),
        *("--> d11d3da152ad\n", "[2/2] STEP 1/2: FROM one\n", "[2/2] STEP 2/2: RUN b\n", "said\n"),
    ):
        reader.take(item)
    assert [(step.label, step.line, step.state) for step in steps.all] == [
        *(("[1] 1/2", 2, StepState.DONE), ("[1] 2/2", 3, StepState.CACHED)),
        *(("[2] 1/2", 4, StepState.DONE), ("[2] 2/2", 5, StepState.RUNNING)),
    ]
    assert steps.since(steps.all[1], 0)[0] == ()
    assert steps.since(steps.all[3], 0)[0] == ("said",)


def test_a_classic_failure_names_the_line_of_its_step() -> None:
    steps = Steps()
    reader = ClassicSteps(steps, parse("FROM busybox\n\nRUN a \\\n  b\n"))
    for item in items("Step 1/2 : FROM busybox", "\n", "Step 2/2 : RUN a   b", "\n"):
        reader.take(item)
    reader.fail("The command '/bin/sh -c a   b' returned a non-zero code: 1")
    assert steps.failed is steps.all[1]
    assert steps.failed_line == 3


def test_a_steps_log_is_bounded_and_tells_what_it_lost() -> None:
    steps = Steps()
    reader = ClassicSteps(steps, parse("FROM a\n"))
    reader.take({"stream": "Step 1/1 : FROM a"})
    for number in range(2500):
        reader.take({"stream": f"{number}\n"})
    lines, said = steps.since(steps.all[0], 0)
    assert (len(lines), said, lines[-1]) == (1000, 2500, "2499")


def status(**more: Any) -> str:
    return json.dumps(more)


def test_buildkits_vertices_become_steps() -> None:
    clock = Clock()
    steps = Steps(("hidden",), clock)
    reader = Vertices(steps, parse("FROM busybox AS base\nRUN one\nRUN two\n"))
    reader.take(status(vertexes=[{"digest": "i", "name": "[internal] load .dockerignore"}]))
    started = {"digest": "a", "name": "[base 2/3] RUN one", "started": "2026-11-24T12:12:26.561712145Z"}
    reader.take(status(vertexes=[started]))
    reader.take(status(logs=[{"vertex": "a", "data": "b25lIGhpZGRlbgp0"}]))  # "one hidden\nt"
    reader.take(status(logs=[{"vertex": "a", "data": "d28K"}]))  # "wo\n"
    reader.take(status(vertexes=[{**started, "completed": "2026-11-24T12:12:28.061712145Z"}]))
    cached = {"digest": "b", "name": "[base 3/3] RUN two", "cached": True}
    moment = "2026-11-24T12:12:28.1Z"
    reader.take(status(vertexes=[{**cached, "started": moment, "completed": moment}]))
    one, two, internal = steps.all
    assert internal.line is None
    assert (one.label, one.name, one.line, one.state) == ("base 2/3", "RUN one", 2, StepState.DONE)
    assert one.took(clock.now) == pytest.approx(1.5)
    assert steps.since(one, 0)[0] == ("one ***", "two")
    assert (two.state, two.line) == (StepState.CACHED, 3)
    assert reader.take("Dockerfile:9") is None


def test_the_plain_words_of_an_older_buildx_become_steps() -> None:
    steps = Steps()
    reader = PlainVertices(steps, parse("FROM busybox\nRUN one\nRUN two\n"))
    for line in (
        *("#1 [internal] load build definition from Dockerfile", "#1 DONE 0.0s", ""),
        *("#5 [2/3] RUN one", "#5 0.123 hello", "#5 DONE 0.1s", "#6 [3/3] RUN two", "#6 CACHED"),
    ):
        assert reader.take(line) is not None
    internal, one, two = steps.all
    assert (internal.state, one.state, two.state) == (StepState.DONE, StepState.DONE, StepState.CACHED)
    assert (one.line, two.line) == (2, 3)
    assert steps.since(one, 0)[0] == ("hello",)
    assert reader.take("ERROR: failed to solve: nothing") is None
