"""The file system inside a container of the demo: a small believable tree, and what was changed in it."""

from __future__ import annotations

from dataclasses import dataclass

from tui.demo.formats import repository
from tui.demo.models import JSON, Container, Refusal

KERNEL = "6.12.9"
PROGRAM = "\x7fELF\x02\x01\x01"
"""What a program begins with; more of it is not there."""

FOLDERS = (
    *("/bin", "/dev", "/etc", "/home", "/lib", "/mnt", "/opt", "/proc", "/root", "/run", "/sbin", "/srv"),
    *("/sys", "/tmp", "/usr/bin", "/usr/lib", "/usr/local/bin", "/usr/share", "/var/lib", "/var/log"),
)
BARE_FOLDERS = ("/dev", "/etc", "/proc", "/sys", "/bin")
RELEASES = {
    "alpine": 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.21.3\nPRETTY_NAME="Alpine Linux v3.21"\n',
    "debian": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n',
    "ubuntu": 'PRETTY_NAME="Ubuntu 24.04.2 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nID=ubuntu\n',
}
NGINX = """server {
    listen 80;
    location / { proxy_pass http://shop-app:8000; }
    location /static/ { root /usr/share/nginx/html; }
}
"""
OWN: dict[str, dict[str, str]] = {
    "nginx": {
        "/docker-entrypoint.sh": '#!/bin/sh\nexec "$@"\n',
        "/etc/nginx/nginx.conf": "worker_processes auto;\nhttp { include /etc/nginx/conf.d/*.conf; }\n",
        "/etc/nginx/conf.d/default.conf": NGINX,
        "/var/log/nginx/access.log": "",
        "/usr/share/nginx/html/index.html": "<h1>Anchors and ropes</h1>\n",
    },
    "postgres": {
        "/var/lib/postgresql/data/PG_VERSION": "16\n",
        "/var/lib/postgresql/data/postgresql.conf": "listen_addresses = '*'\nmax_connections = 100\n",
    },
    "prom/prometheus": {"/etc/prometheus/prometheus.yml": "global:\n  scrape_interval: 15s\n"},
    "hello-world": {"/hello": PROGRAM},
    "redis": {"/data/dump.rdb": "REDIS0011\n"},
    "shop/app": {
        "/app/requirements.txt": "flask==3.1.0\npsycopg==3.2.4\nredis==5.2.1\n",
        "/app/shop/__init__.py": "",
        "/app/log/shop.log": "",
        "/app/shop/views.py": "def index():\n    return 'anchors and ropes'\n",
    },
    "shop/worker": {"/app/worker.py": "import queue\n"},
    "shop/mailer": {"/app/mailer.py": 'password = os.environ["SMTP_PASSWORD"]\n'},
}
"""Files by repository of the image."""


SHELL_LESS = ("prom/prometheus", "hello-world")
"""Images that consist of their one program."""
ON_ALPINE = ("busybox", "redis", "grafana/grafana", "shop/tools", "node", *SHELL_LESS)


@dataclass(frozen=True)
class Account:
    """One line of /etc/passwd."""

    name: str
    number: int
    home: str


ROOT = Account("root", 0, "/root")
NOBODY = Account("nobody", 65534, "/")
ACCOUNTS = {
    "nginx": Account("nginx", 101, "/var/cache/nginx"),
    "postgres": Account("postgres", 999, "/var/lib/postgresql"),
    "redis": Account("redis", 999, "/home/redis"),
    "grafana/grafana": Account("grafana", 472, "/usr/share/grafana"),
    "shop/app": Account("app", 1000, "/home/app"),
    "node": Account("node", 1000, "/home/node"),
}
"""The account beside root's, by repository of the image."""


def family(image: str) -> str:
    """What the image is built on: alpine, debian or ubuntu."""
    if "alpine" in image or repository(image) in ON_ALPINE:
        return "alpine"
    return "ubuntu" if repository(image) == "ubuntu" else "debian"


def shell_less(image: str) -> bool:
    """Whether there is no shell in the image."""
    return repository(image) in SHELL_LESS


def accounts(image: str) -> list[Account]:
    """Who is in the image's /etc/passwd."""
    own = ACCOUNTS.get(repository(image))
    return [ROOT, NOBODY, *([own] if own else [])]


def account(image: str, user: str) -> Account:
    """Who a command runs as, from a name or a number, with or without a group. Refusal 400."""
    name = user.partition(":")[0] or "root"
    known = accounts(image)
    if found := next((one for one in known if name in (one.name, str(one.number))), None):
        return found
    if name.isdecimal():
        return Account("", int(name), "/")
    raise Refusal(400, f"unable to find user {name}: no matching entries in passwd file")


class Files:
    """Folders and files by absolute path."""

    def __init__(self, container: Container) -> None:
        self._entries: dict[str, bytes | None] = {"/": None}
        """A file's content; None is a folder."""
        self._touched: dict[str, float] = {}
        self._made = container.created
        bare = shell_less(container.image)
        for folder in BARE_FOLDERS if bare else FOLDERS:
            self.make_folder(folder)
        for path, text in {**(_common(container) if not bare else {}), **_own(container)}.items():
            self.make_folder(path.rpartition("/")[0] or "/")
            self._entries[path] = text.encode()
        for mount in container.mounts:
            self._mount(mount["Destination"].rstrip("/") or "/", mount)
        # the Engine makes it where the image has none
        self.make_folder(container.config["WorkingDir"].rstrip("/") or "/")

    def _mount(self, path: str, mount: JSON) -> None:
        if mount["Type"] == "bind" and "." in mount["Source"].rpartition("/")[2]:
            self.make_folder(path.rpartition("/")[0] or "/")
            self._entries.setdefault(path, b"")
        else:
            self.make_folder(path)

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of this path."""
        return path in self._entries and self._entries[path] is None

    def read(self, path: str) -> bytes | None:
        """A file's content; None when there is no such file."""
        return b"" if path == "/dev/null" else self._entries.get(path)

    def is_program(self, path: str) -> bool:
        """Whether it can be run, as far as the demo knows."""
        return (self._entries.get(path) or b"").startswith(b"\x7fELF")

    def exists(self, path: str) -> bool:
        """Whether there is anything of this path."""
        return path in self._entries

    def listed(self, folder: str) -> list[str]:
        """The names in a folder, sorted."""
        start = folder.rstrip("/") + "/"
        return sorted(
            {path[len(start) :].partition("/")[0] for path in self._entries if path.startswith(start)} - {""}
        )

    def changed(self, path: str) -> float:
        """When it was last changed, in epoch seconds."""
        return self._touched.get(path, self._made)

    def write(self, path: str, content: bytes, at: float) -> None:
        """Make or replace a file; its folder must be there."""
        if not path.startswith("/dev/"):
            self._entries[path], self._touched[path] = content, at

    def make_folder(self, path: str, at: float | None = None) -> None:
        """Make a folder and those above it."""
        while path not in self._entries:
            self._entries[path] = None
            if at is not None:
                self._touched[path] = at
            path = path.rpartition("/")[0] or "/"

    def within(self, path: str) -> list[str]:
        """A file, or a folder with everything in it."""
        return [one for one in self._entries if one == path or one.startswith(f"{path.rstrip('/')}/")]

    def copy(self, path: str, target: str, at: float) -> None:
        """Copy a file, or a folder with everything in it."""
        for one in self.within(path):
            self._entries[target + one[len(path) :]] = self._entries[one]
            self._touched[target + one[len(path) :]] = at

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with everything in it."""
        for one in self.within(path):
            del self._entries[one]


def files_of(container: Container) -> Files:
    """The container's files, made when they are first looked at."""
    if container.files is None:
        container.files = Files(container)
    found: Files = container.files
    return found


def _common(container: Container) -> dict[str, str]:
    """What every image with a shell has, and what the Engine puts there."""
    from tui.demo.programs import EVERYWHERE

    host, image = container.config["Hostname"], container.image
    kind = family(image)
    shells = ("sh", "ash") if kind == "alpine" else ("sh", "bash")
    lines = [
        f"{one.name}:x:{one.number}:{one.number}:{one.name}:{one.home}:"
        f"{'/bin/sh' if one is ROOT else '/sbin/nologin'}\n"
        for one in accounts(image)
    ]
    return {
        "/etc/hostname": f"{host}\n",
        "/etc/hosts": "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n" + _hosts(container),
        "/etc/resolv.conf": "nameserver 127.0.0.11\noptions ndots:0\n",
        "/etc/os-release": RELEASES[kind],
        "/etc/passwd": "".join(lines),
        "/etc/group": "".join(f"{one.name}:x:{one.number}:\n" for one in accounts(image)),
        "/dev/null": "",
        "/proc/version": f"Linux version {KERNEL}\n",
        "/proc/uptime": "1685403.21 3201194.55\n",
        "/proc/loadavg": "0.31 0.24 0.18 1/412 97\n",
        **{f"/bin/{name}": PROGRAM for name in (*shells, *EVERYWHERE)},
    }


def _own(container: Container) -> dict[str, str]:
    """What this image alone has."""
    from tui.demo.programs import ONLY_IN

    repo = repository(container.image)
    programs = {f"/usr/local/bin/{name}": PROGRAM for name, where in ONLY_IN.items() if repo in where}
    return {**programs, **OWN.get(repo, {})}


def _hosts(container: Container) -> str:
    addresses = [settings["IPAddress"] for settings in container.networks.values() if settings["IPAddress"]]
    return "".join(f"{address}\t{container.config['Hostname']}\n" for address in addresses)
