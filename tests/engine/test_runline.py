"""Pasted docker lines: what bash and the docker CLI make of them is what the form says."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.test_runspec import Recorder, in_effect, needs_cli
from tui.engine.carried import Carried
from tui.engine.endpoint import Endpoint
from tui.engine.lines import quote
from tui.engine.runline import is_line, line_problem, read_line
from tui.engine.runline_shell import read_commands
from tui.engine.runspec import RunSpec


def words(text: str) -> list[str]:
    (command,) = read_commands(text)
    return [word.text for word in command.words]


# The shell


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  b\tc", ["a", "b", "c"]),
        ("a 'b c' \"d e\" f\\ g ''", ["a", "b c", "d e", "f g", ""]),
        ("a'b'\"c\"d", ["abcd"]),
        ('"a\\"b\\\\c\\d\\$e"', ['a"b\\c\\d$e']),
        ("'$HOME `x`'", ["$HOME `x`"]),
        ("a \\\n  b", ["a", "b"]),
        ("a \\\r\n b", ["a", "b"]),
        ("a \\ \n b", ["a", "b"]),
        ("a \\\n> b", ["a", "b"]),
        ("a `\n b", ["a", "b"]),
        ("a\\\nb", ["ab"]),
        ("'a\nb'", ["a\nb"]),
        (r"$'a\n\t\x27\'\\\e\101\u00e9\cAb\q'", ["a\n\t''\\\x1bAé\x01b\\q"]),
        (r"$'\xc3\xa9'", ["é"]),
        (r"$'a\x00b'c", ["ac"]),
        ('$"a"', ["a"]),
        ("a$ $", ["a$", "$"]),
        ("a#b # c", ["a#b"]),
        ("a 2>&1", ["a"]),
    ],
)
def test_words_are_split_as_bash_does(text: str, expected: list[str]) -> None:
    assert [word.text for word in read_commands(text)[0].words] == expected


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from([*"ab 1=:/.-,\t\n", "'x y'", '"p \\" q"', "\\ ", "\\'", "$'\\n\\x41'", "''"]),
            min_size=1,
            max_size=12,
        ).map("".join),
        min_size=1,
        max_size=4,
    )
)
def test_random_lines_are_split_as_bash_splits_them(parts: list[str]) -> None:
    text = " ".join(parts).replace("\n", "\\\n")
    said = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' x {text}"], capture_output=True, text=True, check=True
    ).stdout
    assert words(f"x {text}") == said.split("\0")[:-1]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_what_wharf_quotes_is_read_back_exactly(word: str) -> None:
    assert words(f"x {quote(word)}") == ["x", word]


def test_a_byte_that_is_no_text_is_read_back_exactly() -> None:
    assert words(quote("caf\udce9")) == ["caf\udce9"]


@pytest.mark.parametrize("text", ["'a", '"a', "$'a", "`a", "$(a", "${a"])
def test_what_is_never_closed_is_said(text: str) -> None:
    assert "never closed" in (line_problem(f"docker run {text}") or "")


@pytest.mark.parametrize(
    ("text", "unexpanded"),
    [
        ("$HOME/x", "$HOME"),
        ('"$HOME"', "$HOME"),
        ("${A:-{b}}c", "${A:-{b}}"),
        ("a$(b $(c))d", "$(b $(c))"),
        ("`pwd`", "`pwd`"),
        ("~/x", "~/x"),
        ("A=~/x", "~/x"),
        ("a{b,c}", "{b,c}"),
        ("'$A'", ""),
        ("\\$A", ""),
        ("a~", ""),
        ("{a}", ""),
        ('"{a,b}"', ""),
        ("$'\\x24A'", ""),
    ],
)
def test_what_only_a_shell_knows_is_kept_as_written_and_named(text: str, unexpanded: str) -> None:
    (command,) = read_commands(text)
    assert [word.unexpanded for word in command.words] == [unexpanded]


# Lines as people paste them


@pytest.mark.parametrize(
    ("line", "spec"),
    [
        ("docker run nginx", RunSpec("nginx")),
        ("$ docker run nginx", RunSpec("nginx")),
        ("me@host:~$ sudo -u root -E docker run nginx", RunSpec("nginx")),
        ("[root@host ~]# /usr/bin/docker container run nginx", RunSpec("nginx")),
        ("# a server\n\n$ docker run nginx\n", RunSpec("nginx")),
        ("docker --config=/x -D run nginx", RunSpec("nginx")),
        ("docker run -itd nginx", RunSpec("nginx", interactive=True, tty=True, detach=True)),
        ("docker run -d=false --tty=true -i=0 nginx", RunSpec("nginx", tty=True)),
        ("docker run --name=a --name b nginx", RunSpec("nginx", name="b")),
        ("docker run -p80:80 -p=81:81 --publish 82:82 x", RunSpec("x", publish=("80:80", "81:81", "82:82"))),
        ("docker run -itp 80:80 x", RunSpec("x", interactive=True, tty=True, publish=("80:80",))),
        ("docker run -e A=1 --env=B -e 'C=x y' x", RunSpec("x", env=("A=1", "B", "C=x y"))),
        ("docker run --net back --rm x", RunSpec("x", network="back", remove=True)),
        (
            "docker run --network name=back,alias=db x",
            RunSpec("x", network="back", carried=Carried(aliases=("db",))),
        ),
        (
            "docker run --network a --network b x",
            RunSpec("x", network="a", carried=Carried(other_networks=("b",))),
        ),
        ("docker run -m 1g --cpus .5 -u 1:2 -w /x -l a=b x", None),
        ("docker run --entrypoint '' x ls", RunSpec("x", entrypoint="''", command="ls")),
        ("docker run -- x -d --name y", RunSpec("x", command="-d --name y")),
        ("docker run x sh -c 'echo $A; ls *'", RunSpec("x", command="sh -c 'echo $A; ls *'")),
        ("docker run -q --pull missing --sig-proxy x", RunSpec("x")),
        ("docker run --init=false x", RunSpec("x", carried=Carried(host={"Init": False}))),
        ("docker run -P --privileged=false x", RunSpec("x", carried=Carried(host={"PublishAllPorts": True}))),
    ],
)
def test_a_pasted_line_fills_the_options(line: str, spec: RunSpec | None) -> None:
    spec = spec or RunSpec("x", memory="1g", cpus=".5", user="1:2", workdir="/x", labels=("a=b",))
    assert is_line(line)
    read = read_line(line)
    assert read.spec == spec
    assert (read.untaken, read.wrong, read.create_only) == ((), {}, False)


def test_create_is_told_from_run() -> None:
    assert read_line("docker container create --name a x").create_only
    assert "does not go" in (line_problem("docker create -d x") or "")


@pytest.mark.parametrize(
    ("line", "engine"),
    [
        ("docker -c prod run x", ("-c", "prod")),
        ("docker --context=prod run x", ("-c", "prod")),
        ("docker --host tcp://h:1 --tlsverify run x", ("-H", "tcp://h:1", "--tlsverify")),
        ("DOCKER_HOST=tcp://h:1 A=b docker run x", ("DOCKER_HOST=tcp://h:1",)),
    ],
)
def test_the_engine_that_a_line_is_for_is_told(line: str, engine: tuple[str, ...]) -> None:
    read = read_line(line)
    assert read.engine == engine
    assert read.spec == RunSpec("x")


def test_a_line_that_wharf_shows_for_another_place_is_read_back() -> None:
    endpoint = Endpoint("tcp://h:1", "prod", "chosen")
    read = read_line(RunSpec("x").line().at(endpoint).text())
    assert read.engine == endpoint.flags


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("docker run --annotation a=b x", "--annotation a=b: the form has no place for it"),
        ("docker run --platform linux/arm64 x", "--platform linux/arm64"),
        ("docker run --hostname $(hostname) x", "only a shell knows $(hostname)"),
        ("docker run --security-opt seccomp=p.json x", "--security-opt 'seccomp=p.json'"),
        ("docker run --mount type=bind,src=/a,dst=/b,bind-recursive=disabled x", "bind-recursive=disabled"),
        ("docker run --shm-size much x", "much is no size"),
        ("docker run --network-alias a x", "--network-alias"),
        ("docker run --network n --link a x", "--link"),
        ("docker run --annotation api_token=t0k x", "--annotation api_token=***"),
        ("docker run x && docker logs -f x", "&& docker logs …: only the line"),
        ("docker network create n; docker run x", "docker network create …: only"),
        ("docker run x > log", "> log: only"),
    ],
)
def test_nothing_of_a_line_is_lost_silently(line: str, words: str) -> None:
    read = read_line(line)
    assert read.spec.image == "x"
    assert any(words.replace("'", "") in sentence for sentence in read.untaken)
    assert not read.spec.carried.host


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("docker run -v $(pwd):/app x", "volumes"),
        ("docker run -e A=$A x", "env"),
        ("docker run --name `date` x", "name"),
        ("docker run x echo $A", "command"),
        ("docker run $IMAGE", "image"),
        ("docker run --network $N x", "network"),
        ("docker run --rm=$A x", None),
        ("docker run --env-file /nowhere/at/all x", "env"),
    ],
)
def test_what_only_a_shell_knows_is_wrong_at_its_field(line: str, field: str | None) -> None:
    if field is None:
        assert "on or off" in (line_problem(line) or "")
    else:
        assert list(read_line(line).wrong) == [field]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "no line of docker run"),
        ("docker ps", "no line of docker run"),
        ("docker run", "image is missing"),
        ("docker run -d", "image is missing"),
        ("docker run --foo x", "no option --foo"),
        ("docker run -dZ x", "no option -Z"),
        ("docker run x" + "y" * 100_000, "too long"),
        ("docker run --name", "without its value"),
        ("docker run --help", "image is missing"),
        ("docker run --help x", "take it out"),
    ],
)
def test_what_the_cli_would_not_understand_is_said(line: str, words: str) -> None:
    assert words in (line_problem(line) or "")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("docker run", True),
        ("docker run 'a", True),
        ("  sudo docker  -H tcp://a:1 create x", True),
        ("A=b sudo -E docker --tls container run x", True),
        ("docker \\\n  run \\\n x", True),
        ("# why\n\n$ docker run x", True),
        ("docker runs", False),
        ("sudo " + "-u " * 20_000, False),
        ("docker " + "-H " * 20_000, False),
        ("\n" * 50_000 + "#" * 49_000, False),
        ("mydocker run x", False),
        ("nginx", False),
        ("sh -c 'docker run x'", False),
        ("docker exec a docker run x", False),
    ],
)
def test_a_line_is_known_by_its_beginning(text: str, is_one: bool) -> None:
    assert is_line(text) == is_one


def test_a_file_of_variables_stands_before_the_others(tmp_path: Path) -> None:
    path = tmp_path / "env"
    path.write_bytes("\ufeff# c\n\n  A=1 \r\nB\nNOT\nC=a=b\n".encode())
    read = read_line(f"docker run -e A=2 --env-file {path} x", {"B": "outside"})
    assert read.spec.env == ("A=1 ", "B", "C=a=b", "A=2")
    assert read.notes == (f"--env-file: 3 read from {path}",)
    path.write_text("hunter2 is the password\n")
    assert "hunter2" not in str(read_line(f"docker run --env-file {path} x").wrong["env"])


def test_a_secret_of_a_pasted_line_is_masked_in_the_shown_one() -> None:
    line = read_line("docker run -e DB_PASSWORD=hunter2 x").spec.line()
    assert "hunter2" not in line.masked()
    assert "hunter2" in line.text()


# There and back

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
WORD = st.text(st.sampled_from("abcXYZ019._-"), min_size=1, max_size=8).filter(lambda text: text[0].isalnum())
PAIR = st.builds(lambda key, value: f"{key}={value}", WORD, TEXT)
PORT = st.integers(1, 65535)


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=3).map(tuple)


def sometimes(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=parts)


HEALTH = st.one_of(
    st.just({"Test": ["NONE"]}),
    st.builds(
        lambda test, more: {"Test": ["CMD-SHELL", test], **more},
        TEXT.filter(bool),
        sometimes(Interval=st.integers(1, 10**13), Timeout=st.integers(1, 10**13), Retries=st.integers(1, 9)),
    ),
)
CONFIG = sometimes(
    Hostname=WORD, Domainname=WORD, StopSignal=WORD, StopTimeout=st.integers(-1, 99), Healthcheck=HEALTH
)
MOUNTS = st.builds(
    lambda source, only, more: {"Type": "volume", "Source": source, "Target": f"/{source}", **only, **more},
    WORD,
    sometimes(ReadOnly=st.just(True)),
    sometimes(VolumeOptions=st.just({"NoCopy": True})),
) | st.builds(lambda size: {"Type": "tmpfs", "Target": "/t", "TmpfsOptions": {"SizeBytes": size}}, PORT)
DEVICES = st.builds(
    lambda word, mode: {"PathOnHost": f"/{word}", "PathInContainer": "/d", "CgroupPermissions": mode},
    WORD,
    st.sampled_from(["r", "rw", "rwm"]),
)
HOST = sometimes(
    Privileged=st.just(True),
    ReadonlyRootfs=st.just(True),
    PublishAllPorts=st.just(True),
    Init=st.booleans(),
    PidMode=st.just("host"),
    IpcMode=WORD,
    Runtime=WORD,
    ShmSize=st.integers(1, 2**40),
    MemorySwap=st.integers(1, 2**40) | st.just(-1),
    MemorySwappiness=st.integers(0, 100),
    PidsLimit=st.integers(-1, 99).filter(bool),
    CpuShares=st.integers(1, 99),
    CapAdd=st.just(["CAP_NET_ADMIN", "CAP_SYS_TIME"]),
    CapDrop=st.just(["ALL"]),
    Dns=st.lists(WORD, min_size=1, max_size=2),
    ExtraHosts=st.lists(WORD.map(lambda word: f"{word}:10.0.0.1"), min_size=1, max_size=2),
    SecurityOpt=st.just(["no-new-privileges"]),
    Tmpfs=st.dictionaries(WORD.map(lambda word: f"/{word}"), st.sampled_from(["", "size=1m"]), min_size=1),
    Sysctls=st.dictionaries(WORD, WORD, min_size=1),
    Ulimits=st.lists(st.builds(lambda a, b: {"Name": a, "Soft": b, "Hard": b + 1}, WORD, PORT), min_size=1),
    Devices=st.lists(DEVICES, min_size=1),
    LogConfig=st.builds(lambda kind, more: {"Type": kind, "Config": more}, WORD, st.dictionaries(WORD, TEXT)),
    Links=st.lists(st.builds("{}:{}".format, WORD, WORD), min_size=1),
    Mounts=st.lists(MOUNTS, min_size=1, max_size=2),
    DeviceRequests=st.builds(
        lambda count, ids: [
            {
                "Driver": "",
                "Count": 0 if ids else count,
                "DeviceIDs": ids or None,
                "Capabilities": [["gpu"]],
                "Options": {},
            }
        ],
        st.sampled_from([-1, 2]),
        st.lists(WORD, max_size=2),
    ),
)
PLAIN = st.builds(
    RunSpec,
    image=WORD,
    name=WORD | st.just(""),
    command=st.lists(TEXT, max_size=4).map(shlex.join),
    interactive=st.booleans(),
    tty=st.booleans(),
    detach=st.booleans(),
    remove=st.booleans(),
    publish=some(st.builds("{}:{}".format, PORT, PORT) | PORT.map("127.0.0.1::{}/udp".format)),
    volumes=some(WORD.map("v{0}:/{0}:ro".format)),
    env=some(PAIR | WORD),
    network=st.just("back-end"),
    restart=st.sampled_from(["", "no", "always", "on-failure:3"]),
    memory=st.sampled_from(["", "64m", "1.5g"]),
    cpus=st.sampled_from(["", "0.5", "2"]),
    user=st.sampled_from(["", "0:0"]),
    workdir=st.sampled_from(["", "/a b"]),
    entrypoint=st.just("") | TEXT.map(lambda word: shlex.join([word])),
    labels=some(PAIR),
)
CARRIED = st.builds(
    Carried,
    config=CONFIG,
    host=HOST,
    aliases=some(WORD),
    exposed=some(PORT.map("{}/tcp".format) | PORT.map("{}/udp".format)),
)


@settings(max_examples=100, deadline=None)
@given(PLAIN, CARRIED)
def test_every_line_that_wharf_writes_is_read_back_as_the_same_options(
    plain: RunSpec, carried: Carried
) -> None:
    spec = replace(plain, carried=carried)
    if carried.host.get("Links"):
        # they go with the Engine's own network, and further names with others
        spec = replace(spec, network="", carried=replace(carried, aliases=()))
    read = read_line(spec.line().text())
    assert (read.untaken, read.wrong, read.engine) == ((), {}, ())
    assert read.spec == spec
    created = read_line(spec.line(create_only=True).text())
    assert created.create_only
    assert created.spec.body(True, {}) == spec.body(True, {})


SPELLED = {
    "-d": ("-d", "--detach", "--detach=true", "-d=1"),
    "-it": ("-i -t", "-ti", "--interactive --tty", "-it"),
    "--rm": ("--rm", "--rm=true"),
    "-p 8080:80": ("-p 8080:80", "-p8080:80", "--publish=8080:80", "-p '8080:80'"),
    "-v data:/data": ("-v data:/data", "--volume=data:/data", '-v "data:/data"'),
    "-e 'A=x y'": ("-e 'A=x y'", '--env "A=x y"', "-eA=x\\ y", "-e $'A=x\\x20y'"),
    "--network back": ("--network back", "--net=back", "--network name=back"),
    "-m 64m": ("-m 64m", "-m64m", "--memory=64m"),
    "-h box": ("-h box", "--hostname=box"),
    "--cap-add NET_ADMIN": ("--cap-add NET_ADMIN", "--cap-add=cap_net_admin"),
    "--mount type=volume,source=v,target=/v": (
        "--mount type=volume,source=v,target=/v",
        "--mount src=v,dst=/v",
        "--mount=target=/v,source=v,readonly=false",
    ),
    "--health-interval 90s": ("--health-interval 90s", "--health-interval 1m30s", "--health-interval=1.5m"),
}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_every_spelling_means_the_same(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(sorted(SPELLED)), unique=True))
    spellings = [data.draw(st.sampled_from(SPELLED[flag])) for flag in chosen]
    between = data.draw(st.sampled_from([" ", " \\\n  ", "  "]))
    front = data.draw(st.sampled_from(["docker run", "$ sudo docker container run"]))
    plain = read_line(" ".join(["docker run", *chosen, "busybox", "ls", "-l"]))
    spelled = read_line(between.join([front, *spellings, "busybox ls -l"]))
    assert plain.untaken == spelled.untaken == ()
    assert spelled.spec.body() == plain.spec.body()


# The docker CLI

LINES = (
    "-d --name web -p 8080:80 -e A=1 nginx",
    "-it -d busybox sh",
    "--rm -v data:/data:ro -w /x -u 1000:1000 busybox id -u",
    "-h box --domainname d --stop-signal INT --stop-timeout 0 busybox",
    "--add-host a:1.2.3.4 --add-host b=::1 --add-host c:[::2] busybox",
    "--dns 1.1.1.1 --dns-search s --dns-opt o busybox",
    "--cap-add net_admin --cap-add CAP_SYS_TIME --cap-drop all busybox",
    "--cap-add all --cap-drop kill --cap-add kill busybox",
    "--device /dev/fuse --device /dev/null:/dev/n --device /dev/zero:r --device /dev/full:/dev/f:rw busybox",
    "--ulimit nofile=10:20 --ulimit nproc=7 --shm-size 64m --tmpfs /t --tmpfs /u:size=1m busybox",
    "--read-only --init --privileged --oom-kill-disable busybox",
    "--log-driver json-file --log-opt max-size=1m --log-opt max-file=3 busybox",
    "--log-opt max-size=1m busybox",
    "--health-cmd 'wget -q x' --health-interval 1m30s --health-timeout 1.5s --health-retries 3 busybox",
    "--health-interval 500ms busybox",
    "--no-healthcheck busybox",
    "--gpus all busybox",
    "--gpus 2 busybox",
    "--gpus '\"device=0,1\"' busybox",
    "--gpus device=x busybox",
    "--mount type=bind,src=/a,dst=/b,ro --mount src=v,target=/v --mount type=tmpfs,destination=/t busybox",
    "--mount type=bind,source=./x,target=/b,bind-propagation=rslave busybox",
    "--mount type=volume,source=v,target=/v,volume-nocopy busybox",
    "--mount type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1770 busybox",
    "--link db:database --link other busybox",
    "--network back --network-alias a --network-alias b busybox",
    "--network name=back,alias=a busybox",
    "--expose 90 --expose 7000-7002/udp -P busybox",
    "--sysctl net.ipv4.ip_forward=1 --storage-opt size=1g --group-add 5 --volumes-from web busybox",
    "-c 512 --cpu-period 100000 --cpu-quota 5 --cpuset-cpus 0-1 --blkio-weight 300 --pids-limit 9 busybox",
    "--cpu-rt-period 1000 --cpu-rt-runtime 5 --oom-score-adj -5 busybox",
    "-m 64m --memory-swap -1 --memory-reservation 32m --memory-swappiness 0 busybox",
    "--pid host --ipc host --uts host --userns host --runtime runc --cgroup-parent /x busybox",
    "--security-opt no-new-privileges --security-opt label=disable --security-opt seccomp=unconfined busybox",
    "--security-opt systempaths=unconfined busybox",
    "--device-cgroup-rule 'c 1:3 r' --volume-driver local -v /x busybox",
    "--entrypoint '' busybox ls",
    "--entrypoint sh -l a=b -l c busybox -c 'echo $A'",
    "-d=false --restart on-failure:3 --init=false busybox",
)


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    with Recorder(tmp_path_factory.mktemp("cli") / "s") as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server
        server.shutdown()


@needs_cli
@pytest.mark.parametrize("line", LINES)
def test_a_pasted_line_asks_for_what_the_cli_asks_for(recorder: Recorder, line: str) -> None:
    name, sent = recorder.cli_sends("run", *shlex.split(line))
    read = read_line(f"docker run {line}")
    ours = read.spec.body()
    assert (read.untaken, read.wrong) == ((), {})
    for key in ("MaskedPaths", "ReadonlyPaths", "Init"):
        assert sent["HostConfig"].get(key) == ours["HostConfig"].get(key)
    for mount in sent["HostConfig"].get("Mounts") or ():
        # the CLI sends what says nothing as well
        mount.get("VolumeOptions", {}).pop("DriverConfig", None)
    assert in_effect(ours) == in_effect(sent)
    assert read.spec.name == name
