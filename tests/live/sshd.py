"""A host to reach by ssh: the sshd of a private Engine's own tree, inside its namespaces, behind a doorway.

Two people may log in: `root` with a key, and `wharf`, of the group that may open the Engine's socket, with a
password. The Engine's socket has its own path there, and the usual one: ssh://ALIAS leads to it as well as
ssh://ALIAS/the/path/docker.sock.
"""

from __future__ import annotations

import os
import shutil
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.live.engine import PrivateEngine

FIRST_PORT = 2200
PASSWORD = "not-a-secret"
PASSPHRASE = "neither-is-this"
START_SECONDS = 10.0

CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication yes
KbdInteractiveAuthentication no
MaxSessions {max_sessions}
MaxStartups 100
UseDNS no
PrintMotd no
StrictModes no
Subsystem sftp internal-sftp
"""
UNPUNISHED = "PerSourcePenalties no\n"
"""Newer ones turn a caller away for a while after wrong passwords, and here everybody calls from loopback."""

SCRIPT = r"""
set -eu
folder=$1 owner=$2 group=$3 socket=$4 password=$5 passphrase=$6
mkdir -p /run/sshd /home/wharf
ln -sf "$socket" /var/run/docker.sock
id wharf >/dev/null 2>&1 || {
    echo "wharf:x:4000:$group::/home/wharf:/bin/sh" >>/etc/passwd
    echo 'wharf:*:20000::::::' >>/etc/shadow
    echo "wharf:$password" | chpasswd --crypt-method SHA512
    chown 4000 /home/wharf
}
for key in host other-host key; do ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$folder/$key"; done
cp "$folder/key" "$folder/locked-key"
ssh-keygen -q -p -P '' -N "$passphrase" -f "$folder/locked-key"
cp "$folder/key.pub" "$folder/authorized"
chown "$owner" "$folder/key" "$folder/locked-key"
/usr/sbin/sshd -t -f "$folder/config"
"""


class Sshd:
    """A running sshd in front of one Engine; made by `PrivateEngine.sshd`. It ends with the Engine.

    Its `doorway` is the line to it: cut, frozen and slow as told.
    """

    user = "root"
    """Who logs in with `key`; "wharf" does with `password`."""
    host = "127.0.0.1"
    password = PASSWORD
    passphrase = PASSPHRASE

    def __init__(self, engine: PrivateEngine, max_sessions: int) -> None:
        """Start it; raises AssertionError when it does not come to answer."""
        self.engine = engine
        number = len(list(engine.folder.glob("sshd-*")))
        self._inner_port = FIRST_PORT + number
        self.folder = engine.folder / f"sshd-{number}"
        self.folder.mkdir()
        config = CONFIG.format(folder=self.folder, port=self._inner_port, max_sessions=max_sessions)
        config += UNPUNISHED if engine.suite == "sid" else ""
        (self.folder / "config").write_text(config)
        owner = (str(os.getuid()), str(os.getgid()))
        words = (str(self.folder), *owner, str(engine.socket_path), PASSWORD, PASSPHRASE)
        ran = engine.run("sh", "-c", SCRIPT, "sshd", *words)
        assert ran.code == 0, f"no sshd:\n{ran.output}"
        self.doorway = engine.doorway(self._inner_port)
        self.port = self.doorway.port
        self.key = self.folder / "key"
        """The private key of `user`."""
        self.locked_key = self.folder / "locked-key"
        """The same key, behind `passphrase`."""
        self.start()

    # What a client needs

    @property
    def inner_port(self) -> int:
        """Where it listens on loopback inside the Engine: what a jump over this host leads to."""
        return self._inner_port

    @property
    def host_key(self) -> str:
        """The line that a known_hosts file has of this host."""
        return self._known("host")

    @property
    def other_host_key(self) -> str:
        """The line of another key, as known_hosts has it once somebody sits between."""
        return self._known("other-host")

    def config(self, folder: Path, alias: str, **options: object) -> Path:
        """Add an alias of this host to the ssh config in `folder`, and make an `ssh` that reads it.

        `options` are added to, or replace, the usual ones: root with the key, the host key known. Returns the
        folder to put first on PATH; `ssh` and what runs it know all aliases that were made for `folder`.
        """
        known_hosts = folder / f"known_hosts_{alias}"
        known_hosts.write_text(self.host_key)
        usual: dict[str, object] = {
            "HostName": self.host,
            "Port": self.port,
            "User": self.user,
            "IdentityFile": self.key,
            "UserKnownHostsFile": known_hosts,
            # nothing of the person who runs the tests
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
        }
        lines = [f"Host {alias}", *(f"    {name} {value}" for name, value in {**usual, **options}.items())]
        with (folder / "ssh_config").open("a") as file:
            file.write("\n".join(lines) + "\n")
        return ssh_for(folder)

    # What happens to the host

    def drop(self) -> None:
        """Reset every connection; more may be made."""
        self.doorway.cut()

    def refuse(self) -> None:
        """Refuse connections from here on; those there are go on."""
        self.doorway.refuse()

    def accept(self) -> None:
        """Take connections again."""
        self.doorway.accept()

    def slow(self, milliseconds: float, loss: float = 0.0, seed: int = 0) -> None:
        """A line with a delay each way, and some loss; see `Doorway.slow`."""
        self.doorway.slow(milliseconds, loss, seed)

    def start(self) -> None:
        """Start the daemon, also after a `stop`: with the same keys and at the same port."""
        output = f"{self.folder.name}/log"
        command = ("/usr/sbin/sshd", "-D", "-e", "-f", str(self.folder / "config"))
        self._pid = self.engine.spawn(*command, output=output)
        self._running = True
        self.doorway.accept()
        self._answers()

    def stop(self) -> None:
        """End the daemon and every connection: the machine is off, though its Engine runs on."""
        self.doorway.unplug()
        self.engine.end(self._pid)
        self._running = False

    def heal(self) -> None:
        """Have it run and answer again over a good line, whatever was done to it."""
        if not self._running:
            self.start()
        self.doorway.heal()

    def _known(self, key: str) -> str:
        kind, code, _ = (self.folder / f"{key}.pub").read_text().split()
        return f"[{self.host}]:{self.port} {kind} {code}\n"

    def _answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with socket.create_connection((self.host, self.port), timeout=START_SECONDS) as line:
                    if line.recv(4) == b"SSH-":
                        return
            except ConnectionResetError:  # it does not listen yet
                pass
            log = (self.folder / "log").read_text()
            assert time.monotonic() < deadline, f"no sshd answers:\n{log}"
            time.sleep(0.01)


def ssh_for(folder: Path) -> Path:
    """The folder of an `ssh` that reads `folder`/ssh_config in place of a person's own.

    No variable says where that is: ssh finds ~/.ssh by the home that the system knows, whatever HOME says.
    """
    real = shutil.which("ssh", path=os.defpath)
    assert real is not None, "ssh is missing; type: apt-get install openssh-client"
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    (folder / "ssh_config").touch()
    ssh = programs / "ssh"
    ssh.write_text(f"#!/bin/sh\nexec {real} -F '{folder / 'ssh_config'}' \"$@\"\n")
    ssh.chmod(0o755)
    return programs
