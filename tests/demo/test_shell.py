"""The shell in containers of the demo: its grammar, its commands, and the files it looks at and changes."""

from __future__ import annotations

import docker
import pytest

from tests.demo.conftest import Connect
from tests.demo.talking import APP, CACHE, DATABASE, PROXY, ran
from tui.demo import DemoEngine, programs
from tui.demo.shell import commands
from tui.demo.shell_words import ShellError, parse
from tui.demo.world import FIXED_NOW
from tui.engine.streams import open_exec

NOT_COMMANDS = {"exit", "exec"}
"""Words that the shell itself understands."""


@pytest.mark.parametrize(
    ("line", "output", "code"),
    [
        ("echo one   'two  three' \"$HOME\" '$HOME'", "one two  three /root $HOME\n", 0),
        (r"""echo "a\"b" 'it'"'"'s' a\ \ b a#b""", "a\"b it's a  b a#b\n", 0),
        ("false || echo no && echo yes; true && false || echo z", "no\nyes\nz\n", 0),
        ("false && echo never; echo $?", "1\n", 0),
        ("! true; echo $?; ! false; echo $?", "1\n0\n", 0),
        ('A=b; echo ${A}c $A ${NOPE:-else} "[$NOPE]" $NOPE', "bc b else []\n", 0),
        ("A='x  y'; echo $A \"$A\"", "x y x  y\n", 0),
        ("A=5 env | grep ^A=; echo [$A]", "A=5\n[]\n", 0),
        ("A=1; sh -c 'echo [$A]'; export A; sh -c 'echo [$A]'; unset A; echo [$A]", "[]\n[1]\n[]\n", 0),
        ("echo $(echo in; echo side) `echo back` \"$(echo 'a  b')\"", "in side back a  b\n", 0),
        ("(cd /etc; exit 3); echo $?; pwd", "3\n/\n", 0),
        ("{ echo a; echo b; } | wc -l", "2\n", 0),
        ("echo a | cat; echo b | exit 4; echo $?", "a\n4\n", 0),
        ("touch /tmp/b1 /tmp/b2; echo /tmp/b* '/tmp/b*' /no*pe", "/tmp/b1 /tmp/b2 /tmp/b* /no*pe\n", 0),
        ("sh -c 'echo $0 $1 $#' name one two", "name one 2\n", 0),
        ("echo a # and no more\n\necho b", "a\nb\n", 0),
        ("exec echo last; echo never", "last\n", 0),
        ("exit 7", "", 7),
        ("false; exit", "", 1),
        ("sh -c 'exit 3'; echo $?", "3\n", 0),
        ("true & echo b", "b\n", 0),
        ("# only a word", "", 0),
    ],
)
def test_a_line_means_what_it_means_to_a_shell(
    api: docker.APIClient, line: str, output: str, code: int
) -> None:
    assert ran(api, line) == (output, "", code)


@pytest.mark.parametrize(
    ("line", "output", "code"),
    [
        ("echo b > /tmp/x; echo a >> /tmp/x; cat /tmp/x; sort /tmp/x | head -n 1", "b\na\na\n", 0),
        (
            "mkdir /tmp/a && cd /tmp/a && touch b && ls && pwd && cd - && cd && pwd",
            "b\n/tmp/a\n/\n/root\n",
            0,
        ),
        ("mkdir -p /tmp/a/b; echo 1 > /tmp/a/b/c; cp -r /tmp/a /tmp/d; cat /tmp/d/b/c", "1\n", 0),
        ("echo 1 > /tmp/a; mv /tmp/a /tmp/b; ls /tmp; rm /tmp/b; ls /tmp", "b\n", 0),
        ("mkdir /tmp/a; rmdir /tmp/a; rm -f /tmp/nope; ls -a /tmp", ".\n..\n", 0),
        ("seq 12 | tail -n 2; seq 12 | head -2; seq 3 5 | sort -rn | head -n1", "11\n12\n1\n2\n5\n", 0),
        ("printf 'b\\na\\nb\\n' | sort | uniq -c", "      1 a\n      2 b\n", 0),
        ("printf '%s=%d\\n' a 1 b 2", "a=1\nb=2\n", 0),
        ("printf 'a b\\nc' | wc; printf 'a b\\nc' | wc -c", "        1         3         5\n5\n", 0),
        ("echo a:b:c | cut -d: -f2; echo abc | tr a-c A-C", "b\nABC\n", 0),
        ("wc -l < /etc/passwd; grep -n nginx /etc/passwd | cut -d: -f1-2", "3\n3:nginx\n", 0),
        ("cat /etc/nginx/conf.d/default.conf | grep -c location", "2\n", 0),
        ("grep -q root /etc/passwd; echo $?; grep nope /etc/passwd", "0\n", 1),
        (
            "[ -d /etc ] && [ ! -e /nope ] && [ 9 -lt 10 ] && test a != b && [ -x /bin/ls ] && echo so",
            "so\n",
            0,
        ),
        ("test -f /etc; echo $?; [ a = b ]; echo $?; [ -s /etc/passwd ]; echo $?", "1\n1\n0\n", 0),
        ("basename /a/b; dirname /a/b; which ls nope; type cd", "b\n/a\n/bin/ls\ncd is a shell builtin\n", 0),
        ("whoami; id -u; id; uname", "root\n0\nuid=0(root) gid=0(root) groups=0(root)\nLinux\n", 0),
        ("echo -n a; echo -e 'b\\tc'", "ab\tc\n", 0),
        ("date; date +%Y", "Sun Jun 15 15:06:40 UTC 2025\n2025\n", 0),
        ("sleep 0; echo a | tee /tmp/t; cat /tmp/t", "a\na\n", 0),
        ("cat /etc/os-release | head -n 1; ls -d /etc", 'NAME="Alpine Linux"\n/etc\n', 0),
        (
            "nginx -v 2>&1; curl localhost; curl localhost:81 2>/dev/null",
            "nginx version: nginx/1.27.4\n<h1>Anchors and ropes</h1>\n",
            7,
        ),
    ],
)
def test_commands_do_their_work(api: docker.APIClient, line: str, output: str, code: int) -> None:
    assert ran(api, line) == (output, "", code)


@pytest.mark.parametrize(
    ("line", "errors", "code"),
    [
        ("nope", "sh: nope: not found\n", 127),
        ("/bin/nope", "sh: /bin/nope: not found\n", 127),
        ("nope 2>/dev/null", "", 127),
        ("echo lost >&2", "lost\n", 0),
        ("cat /nope", "cat: can't open '/nope': No such file or directory\n", 1),
        ("cat /etc", "cat: read error: Is a directory\n", 1),
        ("cd /nope", "sh: cd: can't cd to /nope: No such file or directory\n", 2),
        ("ls /nope", "ls: /nope: No such file or directory\n", 1),
        ("rm /etc", "rm: '/etc' is a directory\n", 1),
        ("rm -rf /", "rm: it is dangerous to operate recursively on '/'\n", 1),
        ("mkdir /etc", "mkdir: can't create directory '/etc': File exists\n", 1),
        ("cp /nope /tmp", "cp: can't stat '/nope': No such file or directory\n", 1),
        ("cp /etc /tmp", "cp: omitting directory '/etc'\n", 1),
        ("touch /nope/a", "touch: /nope/a: No such file or directory\n", 1),
        ("echo a > /nope/b", "sh: can't create /nope/b: nonexistent directory\n", 1),
        ("cat < /nope", "sh: can't open /nope: no such file\n", 1),
        ("stty size", "stty: standard input: Inappropriate ioctl for device\n", 1),
        ("sleep x", "sleep: invalid number 'x'\n", 1),
        ("kill 4242", "sh: can't kill pid 4242: No such process\n", 1),
        ("echo 'open", "sh: syntax error: unterminated quoted string\n", 2),
        ("echo x |", "sh: syntax error: unexpected end of file\n", 2),
        ("; echo", 'sh: syntax error: unexpected ";"\n', 2),
        ("for i in 1; do echo $i; done", 'sh: the demo has no "for"\n', 2),
    ],
)
def test_what_goes_wrong_is_said_as_busybox_says_it(
    api: docker.APIClient, line: str, errors: str, code: int
) -> None:
    assert ran(api, line) == ("", errors, code)


def test_debian_complains_in_the_words_of_its_own_shells_and_commands(api: docker.APIClient) -> None:
    assert ran(api, "nope", DATABASE) == ("", "sh: 1: nope: not found\n", 127)
    assert ran(api, "nope", DATABASE, "bash") == ("", "bash: nope: command not found\n", 127)
    assert ran(api, "cat /nope", DATABASE)[1] == "cat: /nope: No such file or directory\n"
    assert ran(api, "ls /nope", DATABASE)[1:] == ("ls: cannot access '/nope': No such file or directory\n", 2)


@pytest.mark.parametrize("text", ["echo )", "( echo", "echo >", "a && ", "echo $(b", "{ a; ", "a | | b"])
def test_a_line_that_is_not_finished_is_refused(text: str) -> None:
    with pytest.raises(ShellError, match="syntax error"):
        parse(text)


def test_what_was_changed_in_a_container_stays_in_this_one(api: docker.APIClient) -> None:
    ran(api, "echo mine > /root/note")
    assert ran(api, "cat /root/note")[0] == "mine\n"
    assert ran(api, "cat /root/note", DATABASE)[2] == 1
    api.restart(PROXY)
    assert ran(api, "cat /root/note")[0] == "mine\n"


def test_a_container_has_its_name_address_mounts_and_folder(api: docker.APIClient) -> None:
    shown = api.inspect_container(APP)
    host, network = shown["Config"]["Hostname"], shown["NetworkSettings"]["Networks"]["shop_backend"]
    assert ran(api, "hostname; cat /etc/hostname; pwd", APP)[0] == f"{host}\n{host}\n/app\n"
    assert f"{network['IPAddress']}\t{host}\n" in ran(api, "cat /etc/hosts", APP)[0]
    assert (
        ran(api, "ls -d uploads; mount | grep -c /app/uploads; df | grep -c uploads", APP)[0]
        == "uploads\n1\n1\n"
    )
    assert ran(api, "whoami; id -u; echo $HOME $LOG_LEVEL", APP)[0] == "app\n1000\n/home/app info\n"


def test_services_have_their_own_commands_and_others_have_not(api: docker.APIClient) -> None:
    assert ran(api, "redis-cli ping; redis-cli get visitors", CACHE)[0] == "PONG\n1843\n"
    assert "10482" in ran(api, "psql -c 'select count(*) from orders'", DATABASE)[0]
    assert ran(api, "psql -c 'drop everything'", DATABASE)[2] == 1
    assert ran(api, "python --version", APP)[0] == "Python 3.12.8\n"
    assert "test is successful" in ran(api, "nginx -t")[1]
    assert ran(api, "psql -c 'select 1'", CACHE)[2] == 127


def test_a_long_listing_tells_kind_size_and_time(api: docker.APIClient) -> None:
    output = ran(api, "mkdir /tmp/a; echo 12345 > /tmp/b; ls -l /tmp")[0]
    assert output.splitlines() == [
        "total 8",
        "drwxr-xr-x    2 root     root          4096 Jun 15 15:06 a",
        "-rw-r--r--    1 root     root             6 Jun 15 15:06 b",
    ]


def test_processes_are_seen_by_the_number_that_kill_takes(api: docker.APIClient) -> None:
    api.exec_start(api.exec_create(PROXY, ["sleep", "1000"])["Id"], detach=True)
    rows = [line.split() for line in ran(api, "ps")[0].splitlines()]
    assert (rows[1][0], rows[1][3]) == ("1", "/docker-entrypoint.sh")
    (number,) = [row[0] for row in rows if row[3:] == ["sleep", "1000"]]
    assert ran(api, f"kill {number}; echo $?")[0] == "0\n"
    assert "sleep" not in ran(api, "ps | grep -v grep")[0]


def test_the_log_of_a_service_is_a_file_too_and_tail_goes_on_with_it(connect: Connect) -> None:
    now = [FIXED_NOW]
    with DemoEngine(clock=lambda: now[0]) as engine:
        api = connect(engine)
        assert ran(api, "tail -n 1 /var/log/nginx/access.log")[0].encode() in api.logs(PROXY, tail=3)
        session = open_exec(api, PROXY, ["tail", "-n", "1", "-f", "/var/log/nginx/access.log"], tty=False)
        assert session.read()
        now[0] += 10
        engine.nudge()
        assert b"HTTP/1.1" in session.read()[0][1]
        session.close()


def test_tail_goes_on_with_a_file_that_grows(api: docker.APIClient) -> None:
    session = open_exec(api, PROXY, ["tail", "-f", "/etc/hostname"], tty=False)
    assert session.read()
    ran(api, "echo more >> /etc/hostname")
    assert session.read() == [(1, b"more\n")]
    session.close()


def test_an_image_without_a_shell_has_none(api: docker.APIClient) -> None:
    api.unpause("metrics-prometheus-1")
    session = open_exec(api, "metrics-prometheus-1", ["sh"])
    assert b'exec: "sh": executable file not found in $PATH' in session.read()[0][1]
    assert session.read() == []
    assert session.exit_code() == 127


def test_every_command_that_is_known_is_played_and_the_other_way_round() -> None:
    known = {*programs.EVERYWHERE, *programs.ONLY_IN, *programs.BUILT_IN}
    assert set(commands()) | NOT_COMMANDS == known
