"""Whether what a person typed can be sent: None, or one plain sentence that says what is wrong.

An empty text is good wherever the Engine has a default of its own.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

from tui.engine import options

Check = Callable[[str], str | None]
"""A check of one text."""

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")

# The grammar of image references, as the distribution project writes it down.
_DOMAIN_PART = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = re.compile(rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?")
_PATH = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_LONGEST_PATH = 255

_USER_PART = re.compile(r"[^\s:/]+")


def check_name(text: str) -> str | None:
    """The name of a container or volume; empty lets the Engine choose one."""
    if not text or _NAME.fullmatch(text):
        return None
    if len(text) == 1:
        return "A name has at least two characters, as in web-1."
    if not re.match(r"[a-zA-Z0-9]", text):
        return "A name starts with a letter or a digit, as in web-1."
    wrong = re.search(r"[^a-zA-Z0-9_.-]", text)
    what = "a space" if wrong and wrong.group() == " " else repr(wrong.group()) if wrong else text
    return f"A name cannot hold {what}: only letters, digits, _ . and -, as in web-1."


def check_network_name(text: str) -> str | None:
    """The name of a network to create; it may be one character long, but not empty."""
    if not text:
        return "A network needs a name, as in back-end."
    if text in ("host", "none", "bridge", "default"):
        return f"{text} is a network of the Engine itself; choose another name, as in back-end."
    return None if len(text) == 1 and text.isascii() and text.isalnum() else check_name(text)


def check_image(text: str) -> str | None:
    """An image reference: `[registry[:port]/]path[:tag][@digest]`, or an image's id."""
    if not text:
        return "An image is needed, as in nginx:1.27."
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        return "What follows @ is no digest: sha256: and 64 hexadecimal digits."
    path, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        path, colon, tag = rest, "", ""
    if colon and not _TAG.fullmatch(tag):
        return f"{tag or 'Nothing'} is no tag: letters, digits, _ . and -, as in nginx:1.27."
    domain, slash, name = path.partition("/")
    if not slash or not (set(domain) & set(".:[") or domain == "localhost" or domain.lower() != domain):
        domain, name = "", path
    if domain and not _DOMAIN.fullmatch(domain):
        return f"{domain} is no registry's address, as in registry.example.com:5000/shop/api:2."
    if not _PATH.fullmatch(name):
        if name.lower() != name and _PATH.fullmatch(name.lower()):
            return f"An image's name is in small letters: write {name.lower()}."
        return f"{name or 'Nothing'} is no image's name, as in nginx:1.27 or shop/api:2."
    if len(path) > _LONGEST_PATH:
        return "An image's name has at most 255 characters, as in nginx:1.27."
    return None


def check_command(text: str) -> str | None:
    """A command and its arguments."""
    return _sentence(options.read_words, text)


def check_entrypoint(text: str) -> str | None:
    """An entrypoint; `""` with its quotes means none at all."""
    return _sentence(options.read_words, text)


def check_port(text: str) -> str | None:
    """One `-p`."""
    return _sentence(options.read_ports, text)


def check_volume(text: str) -> str | None:
    """One `-v`."""
    return _sentence(options.read_mount, text)


def check_env(text: str) -> str | None:
    """One `-e`: `KEY=VALUE`, or `KEY` alone for its value in Wharf's own environment."""
    return _sentence(options.read_assignment, text)


def check_label(text: str) -> str | None:
    """One `-l`: `key=value`, or `key` alone."""
    try:
        options.read_assignment(text)
    except ValueError:
        return "The name before = is missing, as in tier=front."
    return None


def check_network(text: str) -> str | None:
    """A network to connect to: its name, or `host`, `none`, `container:NAME`."""
    if not text:
        return None
    if text.startswith("container:"):
        if text == "container:":
            return "The container is missing, as in container:web-1."
        return check_name(text.removeprefix("container:"))
    if not text.strip() or not text.isprintable() or text != text.strip():
        return "A network's name has no spaces around it, as in back-end."
    return None


def check_restart(text: str) -> str | None:
    """A restart policy."""
    return _sentence(options.read_restart, text) if text else None


def check_memory(text: str) -> str | None:
    """A memory limit."""
    return _sentence(options.read_memory, text) if text else None


def check_cpus(text: str) -> str | None:
    """A number of processors."""
    return _sentence(options.read_cpus, text) if text else None


def check_user(text: str) -> str | None:
    """A user, by name or number, and an optional group: `1000:1000`."""
    if not text:
        return None
    user, colon, group = text.partition(":")
    if not _USER_PART.fullmatch(user) or (colon and not _USER_PART.fullmatch(group)):
        return f"{text} is no user: a name or number, and a group after a colon, as in www-data or 1000:1000."
    if any(part.isascii() and part.isdigit() and int(part) > 2**31 - 1 for part in (user, group)):
        return "A user's number is at most 2147483647, as in 1000:1000."
    return None


def check_workdir(text: str) -> str | None:
    """A directory in the container."""
    if not text or text.startswith("/"):
        return None
    return f"The directory is an absolute path: write /{text}."


def check_subnet(text: str) -> str | None:
    """A network's subnet in CIDR form; empty lets the Engine choose one."""
    if not text:
        return None
    if "/" not in text:
        example = text if options.is_address(text) else "172.30.0.0"
        return f"The length of the prefix is missing, as in {example}/24."
    address, _, length = text.partition("/")
    if not options.is_address(address):
        return f"{address or 'Nothing'} is no IP address, as in 172.30.0.0/24."
    longest = ipaddress.ip_address(address).max_prefixlen
    if not (length.isascii() and length.isdigit() and 1 <= int(length) <= longest):
        return f"{length or 'Nothing'} is no length of a prefix: 1 to {longest}, as in 172.30.0.0/24."
    subnet = ipaddress.ip_network(text, strict=False)
    if str(subnet.network_address) != str(ipaddress.ip_address(address)):
        return f"{address} is an address inside of that subnet: write {subnet}."
    return None


def _sentence(read: Callable[[str], object], text: str) -> str | None:
    try:
        read(text)
    except ValueError as error:
        return str(error)
    return None
