"""Checks of what a person types: good texts pass, wrong ones are told what is wrong and how to do it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine import checks

GOOD = {
    checks.check_name: ["", "web-1", "a_b.c", "00"],
    checks.check_network_name: ["n", "back-end"],
    checks.check_image: [
        "nginx",
        "nginx:1.27",
        "shop/api:2",
        "registry:5000/shop/api",
        "localhost/x",
        "registry.example.com/a/b__c/d--e:V1",
        "UPPER.example.com/x",
        "[::1]:5000/x:1",
        "busybox@sha256:" + "0a" * 32,
        "busybox:1@sha256:" + "0a" * 32,
        "b317c5593651",
        "0a" * 32,
        "sha256:" + "0a" * 32,
    ],
    checks.check_command: ["", "sh -c 'a b'", 'echo "x"', r"a\ b"],
    checks.check_entrypoint: ["", '""', "sh"],
    checks.check_port: [
        "80",
        "8080:80",
        "127.0.0.1:8080:80/udp",
        "7000-7002:80-82",
        "7000-7002:80",
        "[::1]:1:1",
        "::80",
    ],
    checks.check_volume: [
        "/x",
        "data:/x",
        "/a b:/x:ro",
        "./rel:/x",
        "d:/x:ro,nocopy",
        "/a:/b:Z,rslave,cached",
    ],
    checks.check_env: ["A=1", "A=", "A", "a b=c", "A==", "A=\n\x1b"],
    checks.check_label: ["a=b", "com.example.x"],
    checks.check_network: ["", "host", "none", "back-end", "container:db", "my net"],
    checks.check_restart: ["", "no", "always", "unless-stopped", "on-failure", "on-failure:3"],
    checks.check_memory: ["", "0", "512m", "1.5g", "6291456", "64MiB", "1 gb", ".5G"],
    checks.check_cpus: ["", "0", "2", "0.5", ".5", "1/2", "1e0"],
    checks.check_user: ["", "root", "1000", "1000:1000", "www-data:adm"],
    checks.check_workdir: ["", "/", "/srv/a b"],
    checks.check_subnet: ["", "172.30.0.0/24", "10.0.0.0/8", "fd00::/64"],
}

WRONG = {
    checks.check_name: {
        "a": "two",
        "-a": "starts",
        "/web": "starts",
        "a b": "space",
        "wéb": "'é'",
        "a\x1b": "x1b",
    },
    checks.check_network_name: {"": "needs", "host": "itself", "a b": "space", "-": "two"},
    checks.check_image: {
        "": "needed",
        "Nginx": "write nginx",
        "a b": "a b",
        "nginx:": "tag",
        "nginx:a:b": "nginx:a",
        "nginx:-x": "tag",
        "nginx@sha256:12": "digest",
        "a//b": "a//b",
        "-a.com/x": "registry",
        "-a": "-a",
        "a" * 256: "255",
    },
    checks.check_command: {"sh -c 'x": "never closed", "x\\": "backslash"},
    checks.check_entrypoint: {'"': "never closed"},
    checks.check_port: {
        "": "missing",
        "80:": "missing",
        "a:b": "b",
        "0": "port 0",
        "70000:80": "65535",
        "82-80:1": "80-82",
        "80-81:80-82": "length",
        "localhost:80:80": "IP address",
        "fe80::1%eth0:80:80": "IP address",
        "[::1:80:80": "IP address",
        "80/icmp": "/udp",
        "٣:80": "no port",
    },
    checks.check_volume: {
        "": "empty",
        "data": "absolute",
        "/": "itself",
        "a:/": "itself",
        ":/x": "empty",
        "a:/x:": "empty",
        "a:b": "absolute",
        "~/x:/y": "~",
        "a/b:/x": "volume's name",
        "/a:/b:ro:x": "colons",
        "/a:/b:foo": "foo",
        "a:/b:rslave": "volume",
        "/a:/b:nocopy": "folder",
        "a:/b:ro,rw": "contradict",
    },
    checks.check_env: {"": "missing", "=x": "missing"},
    checks.check_label: {"": "tier=front", "=x": "tier=front"},
    checks.check_network: {"container:": "missing", " a": "spaces", "a\x1b": "spaces", "container:-": "two"},
    checks.check_restart: {
        "foo": "foo",
        "no:3": "Only on-failure",
        ":3": "policy",
        "on-failure:": "tries",
        "on-failure:x": "x",
        "on-failure:-1": "-1",
    },
    checks.check_memory: {"x": "512m", "-1": "512m", "1x": "512m", "5m": "6m", "9999999p": "count"},
    checks.check_cpus: {"x": "0.5", "-1": "0.5", "1/3": "nine", "1/0": "0", "0.001": "0.01", "1e99": "count"},
    checks.check_user: {
        ":5": "group",
        "a b": "group",
        "a:b:c": "group",
        "a:": "group",
        "9999999999": "2147483647",
    },
    checks.check_workdir: {"srv": "write /srv"},
    checks.check_subnet: {
        "10.1.2.0": "10.1.2.0/24",
        "10.1.2.3/24": "write 10.1.2.0/24",
        "10.1.2.0/33": "1 to 32",
        "10.1.2.0/x": "length",
        "ten/8": "ten",
        "/8": "Nothing",
    },
}


@pytest.mark.parametrize(
    ("check", "text"), [(check, text) for check, texts in GOOD.items() for text in texts]
)
def test_good_texts_pass(check: checks.Check, text: str) -> None:
    assert check(text) is None


@pytest.mark.parametrize(
    ("check", "text", "word"),
    [(check, text, word) for check, texts in WRONG.items() for text, word in texts.items()],
)
def test_wrong_texts_are_told_what_is_wrong(check: checks.Check, text: str, word: str) -> None:
    sentence = check(text)
    assert sentence is not None
    assert word in sentence
    assert sentence.endswith(".")


@given(st.sampled_from(list(GOOD)), st.one_of(st.text(), st.text("0123456789:/.-, ae[]%@mg~")))
def test_no_text_breaks_a_check(check: checks.Check, text: str) -> None:
    sentence = check(text)
    assert sentence is None or sentence.endswith(".")
