"""Why no Engine answered behind ssh, told from ssh's own words."""

from __future__ import annotations

import re

from tui.engine.address import REMOTE_SOCKET, SSHAddress, ssh_address
from tui.engine.diagnosis import NAME_UNKNOWN, NO_WAY, Command, Diagnosis, Machine, name_unknown, no_way
from tui.engine.endpoint import Endpoint
from tui.engine.lines import quote

_KEY_OF = re.compile(r"host key for (\S+) has changed", re.IGNORECASE)

_AT_PORT = re.compile(r"connect to (?:host|address) \S+ port (\d+): .*refused", re.IGNORECASE)
"""The port that ssh tried, which may be one that its config names."""

_KEPT_IN = re.compile(r"offending \S+ key in (.+?):\d+", re.IGNORECASE)


def diagnose_ssh(endpoint: Endpoint, message: str, machine: Machine) -> Diagnosis | None:
    """Say why `endpoint`, an ssh:// one, could not be reached; None for words that are not known."""
    address = ssh_address(endpoint.url)
    words = message.lower()
    if "no ssh program" in words:
        apt = machine.exists("/etc/debian_version")
        return Diagnosis(
            "There is no ssh program on this machine.",
            "Wharf reaches other machines over the ssh that you use yourself, with your keys and config.",
            ((machine.as_root("apt-get install openssh-client"), "installs it"),) if apt else (),
        )
    if "open failed: " in words:
        return _forward(address, words)
    return _key(address, message) or _login(address, words) or _way(address, words)


def _ssh(address: SSHAddress, *command: str) -> str:
    """The line that goes to this host by hand."""
    port = f"-p {address.port} " if address.port else ""
    return " ".join((f"ssh {port}{quote(address.destination)}", *command))


def _by_hand(address: SSHAddress, why: str = "shows what ssh says by itself") -> Command:
    return (_ssh(address), why)


# The host's key


def _key(address: SSHAddress, message: str) -> Diagnosis | None:
    words, host = message.lower(), address.host
    if "identification has changed" in words:
        found = _KEY_OF.search(message)
        at_port = f"[{host}]:{address.port}" if address.port not in (None, 22) else host
        known_as = found[1] if found else at_port
        kept = _KEPT_IN.search(message)
        file = f"-f {quote(kept[1])} " if kept and not kept[1].endswith("/.ssh/known_hosts") else ""
        return Diagnosis(
            f"{known_as} shows another host key than it did before. Wharf has not connected.",
            "Somebody may stand between you and the host, and would then see all that you do and type there, "
            "passwords too. It may as well be harmless: the machine was installed anew, or its address "
            "belongs to another one now. Ask whoever runs it, on another way than this one, which "
            "fingerprint is right. Only then forget the old key; ssh will ask about the other one.",
            (
                (f"ssh-keygen {file}-l -F {quote(known_as)}", "the fingerprint that was known"),
                (
                    f"ssh-keygen {file}-R {quote(known_as)}",
                    "forgets the old key, once you know the other is right",
                ),
            ),
        )
    if "host key verification failed" in words or "host key is known" in words:
        return Diagnosis(
            f"The host key of {host} is not known, and was not accepted.",
            "ssh shows the fingerprint of a host that it does not know and asks whether it is the right one. "
            "Try again to be asked, or go there once by hand.",
            (_by_hand(address, "asks about the key, and remembers it"),),
        )
    return None


# Logging in


def _login(address: SSHAddress, words: str) -> Diagnosis | None:
    host = address.host
    who = f"{host} did not let {address.user} in." if address.user else f"{host} did not let you in."
    if "too many authentication failures" in words:
        return Diagnosis(
            who,
            "The agent offered more keys than the host takes before the right one came. Name the right one "
            "in ~/.ssh/config, with IdentityFile and IdentitiesOnly yes.",
            (("ssh-add -l", "the keys that the agent offers"),),
        )
    if "permission denied (" in words:
        password = "password" in words.partition("permission denied (")[2] or "keyboard" in words
        return Diagnosis(
            who,
            "None of your keys is accepted there"
            + (", and no password was right, or none was asked for." if password else ".")
            + " The user name may be another one, too.",
            (
                ("ssh-add -l", "the keys that the agent offers"),
                (_by_hand(address, "does it work by hand?")),
                (f"ssh-copy-id {_to_copy(address)}", "has your key accepted, if a password works there"),
            ),
        )
    if "got no answer" in words:
        return Diagnosis(
            f"ssh asked something to reach {host}, and got no answer.",
            "Nothing was connected. Try again to be asked again.",
        )
    if "bad configuration option" in words or "bad owner or permissions" in words:
        return Diagnosis(
            "ssh does not accept its own configuration.",
            "Its words below name the file and the line.",
            (_by_hand(address),),
        )
    return None


def _to_copy(address: SSHAddress) -> str:
    port = f"-p {address.port} " if address.port else ""
    return f"{port}{quote(address.destination)}"


# The way there


def _way(address: SSHAddress, words: str) -> Diagnosis | None:
    host = address.host
    if "could not resolve" in words or any(word in words for word in NAME_UNKNOWN):
        return name_unknown(host)
    if any(word in words for word in NO_WAY):
        return no_way(host)
    if "refused" in words:
        tried = _AT_PORT.search(words)
        port = tried[1] if tried else address.port or 22
        return Diagnosis(
            f"{host} answers, but no ssh server listens at port {port}.",
            "It is not running there, or it listens at another port: ssh://HOST:PORT names it, or Port in "
            "~/.ssh/config.",
            (_by_hand(address),),
        )
    if "read timed out" in words:
        return Diagnosis(
            f"The Engine on {host} takes the connection but does not answer.",
            "ssh gets there. The Engine is starting, very busy, or it hangs; its log says more.",
            ((_ssh(address, "journalctl -u docker -n 50"), "the end of its log"),),
        )
    if "timed out" in words or "not responding" in words:
        return Diagnosis(
            f"{host} did not answer in time.",
            "The machine is off, a firewall drops what is sent to its ssh port, or the line was lost.",
            ((f"ping -c 3 {quote(host)}", "does the machine answer at all?"), _by_hand(address)),
        )
    if "connection closed" in words or "reset" in words or "broken pipe" in words:
        return Diagnosis(
            f"{host} ended the ssh connection.",
            "It was restarted, it has too many connections open, or it does not want any from here.",
            (_by_hand(address),),
        )
    return None


# The forward to the Engine's socket


def _forward(address: SSHAddress, words: str) -> Diagnosis:
    host = address.host
    allowed = (_ssh(address, "sudo sshd -T | grep -i forwarding"), "what the ssh server allows")
    if "prohibited" in words:
        return Diagnosis(
            f"{host} lets you in, but forbids to forward the Engine's socket.",
            "Its ssh server is told so: by AllowStreamLocalForwarding, AllowTcpForwarding or "
            "DisableForwarding in sshd_config, or by a restriction of your key in authorized_keys. Whoever "
            "runs it can allow it.",
            (allowed,),
        )
    if "unknown channel" in words or "unsupported" in words:
        return Diagnosis(
            f"The ssh server of {host} cannot forward a unix socket.",
            "OpenSSH can since 6.7; Dropbear and others cannot.",
        )
    missing = Diagnosis(
        f"ssh reaches {host}, but there is no socket {address.path}.",
        "No Engine runs there, or it listens elsewhere: a rootless one has its socket in /run/user.",
        _elsewhere(address),
    )
    denied = Diagnosis(
        f"ssh reaches {host}, but you may not open {address.path} there.",
        "Only root and the members of the group docker may. Mind that the group is as good as root on that "
        "machine. It counts from the next login on.",
        ((_ssh(address, "'sudo usermod -aG docker $USER'"), "joins the group"),),
    )
    if "no such file" in words:
        return missing
    if "permission denied" in words:
        return denied
    return Diagnosis(
        f"ssh reaches {host}, but the socket {address.path} cannot be opened there.",
        "The ssh server does not say why. Either no Engine listens there; or you are not in the group "
        "docker, whose members are as good as root on that machine; or the server forbids to forward "
        "sockets, by AllowStreamLocalForwarding, DisableForwarding or a restriction of your key.",
        (
            (_ssh(address, f"ls -l {quote(quote(address.path))}"), "is it there, and whose is it?"),
            *missing.commands,
            *denied.commands,
            allowed,
        ),
    )


def _elsewhere(address: SSHAddress) -> tuple[Command, ...]:
    """How to find the socket of an Engine that is not at the usual place."""
    where = f"{address.destination}:{address.port}" if address.port else address.destination
    rootless = f"ssh://{where}/run/user/1000/docker.sock"
    usual = f"ssh://{where}"
    other = (f"wharf -H {quote(usual)}", "the Engine at the usual place")
    if address.path == REMOTE_SOCKET:
        other = (f"wharf -H {quote(rootless)}", "if it is a rootless Engine, of user 1000 here")
    return ((_ssh(address, "docker context ls"), "where docker itself looks there"), other)
