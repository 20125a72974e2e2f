"""The file system inside a container of the demo: a small believable tree, and what was changed in it."""

from __future__ import annotations

from tui.demo.formats import repository
from tui.demo.models import Container

FOLDERS = (
    *("/bin", "/dev", "/etc", "/home", "/lib", "/mnt", "/opt", "/proc", "/root", "/run", "/sbin", "/srv"),
    *("/sys", "/tmp", "/usr/bin", "/usr/lib", "/usr/local/bin", "/usr/share", "/var/lib", "/var/log"),
)
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
        "/usr/share/nginx/html/index.html": "<h1>Anchors and ropes</h1>\n",
    },
    "postgres": {
        "/var/lib/postgresql/data/PG_VERSION": "16\n",
        "/var/lib/postgresql/data/postgresql.conf": "listen_addresses = '*'\nmax_connections = 100\n",
    },
    "redis": {"/data/dump.rdb": "REDIS0011\n"},
    "shop/app": {
        "/app/requirements.txt": "flask==3.1.0\npsycopg==3.2.4\nredis==5.2.1\n",
        "/app/shop/__init__.py": "",
        "/app/shop/views.py": "def index():\n    return 'anchors and ropes'\n",
    },
    "shop/worker": {"/app/worker.py": "import queue\n"},
    "shop/mailer": {"/app/mailer.py": 'password = os.environ["SMTP_PASSWORD"]\n'},
}
"""Files by repository of the image."""


def family(image: str) -> str:
    """What the image is built on: alpine, debian or ubuntu."""
    if "alpine" in image or repository(image) in ("busybox", "redis", "prom/prometheus"):
        return "alpine"
    return "ubuntu" if repository(image) == "ubuntu" else "debian"


class Files:
    """Folders and files by absolute path."""

    def __init__(self, container: Container) -> None:
        kind = family(container.image)
        self._entries: dict[str, bytes | None] = {"/": None}
        """A file's content; None is a folder."""
        for folder in FOLDERS:
            self.make_folder(folder)
        own = {
            "/etc/hostname": f"{container.config['Hostname']}\n",
            "/etc/hosts": "127.0.0.1\tlocalhost\n" + _hosts(container),
            "/etc/os-release": RELEASES[kind],
            "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n",
            "/etc/resolv.conf": "nameserver 127.0.0.11\n",
            "/dev/null": "",
            **OWN.get(repository(container.image), {}),
        }
        for path, text in own.items():
            self.make_folder(path.rpartition("/")[0] or "/")
            self._entries[path] = text.encode()
        for mount in container.mounts:
            self.make_folder(mount["Destination"].rstrip("/") or "/")
        if folder := container.config["WorkingDir"]:
            self.make_folder(folder.rstrip("/") or "/")

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder of this path."""
        return path in self._entries and self._entries[path] is None

    def read(self, path: str) -> bytes | None:
        """A file's content; None when there is no such file."""
        return b"" if path == "/dev/null" else self._entries.get(path)

    def exists(self, path: str) -> bool:
        """Whether there is anything of this path."""
        return path in self._entries

    def listed(self, folder: str) -> list[str]:
        """The names in a folder, sorted."""
        start = folder.rstrip("/") + "/"
        return sorted(
            {path[len(start) :].partition("/")[0] for path in self._entries if path.startswith(start)} - {""}
        )

    def write(self, path: str, content: bytes) -> None:
        """Make or replace a file; its folder must be there."""
        self._entries[path] = content

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it."""
        while path not in self._entries:
            self._entries[path] = None
            path = path.rpartition("/")[0] or "/"

    def remove(self, path: str) -> None:
        """Remove a file, or a folder with everything in it."""
        for one in [one for one in self._entries if one == path or one.startswith(f"{path}/")]:
            del self._entries[one]


def files_of(container: Container) -> Files:
    """The container's files, made when they are first looked at."""
    if container.files is None:
        container.files = Files(container)
    found: Files = container.files
    return found


def _hosts(container: Container) -> str:
    addresses = [settings["IPAddress"] for settings in container.networks.values() if settings["IPAddress"]]
    return "".join(f"{address}\t{container.config['Hostname']}\n" for address in addresses)
