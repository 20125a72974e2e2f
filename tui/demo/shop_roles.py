"""Who is who in the demo's web shop: its containers, volumes and networks, as tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.demo.models import JSON

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
SECOND = 1_000_000_000
"""In the Engine's nanoseconds."""


@dataclass(frozen=True)
class Role:
    """One container of the table below; times are seconds before now."""

    name: str
    image: str
    created: float
    started: float | None = None
    ended: float | None = None
    code: int = 0
    state: str = "running"
    project: str = ""
    service: str = ""
    networks: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    """host:container, TCP."""
    binds: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    probe: str = ""
    health: str = ""
    said: tuple[str, ...] = ()
    """What the last probes printed."""
    policy: str = "unless-stopped"
    memory: int = 0
    cpus: float = 0.0
    written: int = 0
    """Bytes of its own layer."""
    extra: JSON = field(default_factory=dict)
    graceful: int = 0
    """The exit code when it is asked to stop."""
    restarts: int = 0
    oom: bool = False
    wrote: str = ""
    """What it wrote to stderr at its end."""


SHOP_APP = Role(
    "",
    "shop/app:2.3.1",
    2 * DAY,
    3 * HOUR,
    project="shop",
    service="app",
    networks=("shop_frontend", "shop_backend"),
    binds=("shop_uploads:/app/uploads",),
    env=(
        "DATABASE_URL=postgres://shop:anchors-aweigh@shop-db/shop",
        "SECRET_KEY=8f2b6c1de0",
        "LOG_LEVEL=info",
    ),
    probe="curl -fs localhost:8000/health",
    health="healthy",
    said=("ok\n",) * 5,
    memory=256 << 20,
    cpus=0.5,
    written=182_000,
)

UNHEALTHY = "curl: (22) The requested URL returned error: 503\n"

ROLES = (
    Role(
        "shop-proxy-1",
        "nginx:1.27-alpine",
        2 * DAY + 60,
        3 * HOUR + 60,
        project="shop",
        service="proxy",
        networks=("shop_frontend",),
        ports=("80:80", "443:443"),
        binds=("/srv/shop/nginx.conf:/etc/nginx/nginx.conf:ro",),
        written=1_100,
    ),
    *(
        Role(**{**SHOP_APP.__dict__, "name": f"shop-app-{number}", "created": 2 * DAY - number})
        for number in (1, 2, 3)
    ),
    Role(
        "shop-db-1",
        "postgres:16",
        19 * DAY,
        19 * DAY,
        project="shop",
        service="db",
        networks=("shop_backend",),
        ports=("127.0.0.1:5432:5432",),
        binds=("shop_db:/var/lib/postgresql/data",),
        env=("POSTGRES_USER=shop", "POSTGRES_PASSWORD=anchors-aweigh"),
        probe="pg_isready -U shop",
        health="healthy",
        said=("/var/run/postgresql:5432 - accepting connections\n",) * 5,
        memory=1 << 30,
        written=63,
    ),
    Role(
        "shop-cache-1",
        "redis:7-alpine",
        19 * DAY - 30,
        19 * DAY - 30,
        project="shop",
        service="cache",
        networks=("shop_backend",),
        binds=("shop_cache:/data",),
    ),
    Role(
        "shop-worker-1",
        "shop/worker:1.8",
        6 * DAY,
        26 * HOUR,
        project="shop",
        service="worker",
        networks=("shop_backend",),
        env=("QUEUE=redis://shop-cache",),
        memory=128 << 20,
    ),
    Role(
        "shop-mailer-1",
        "shop/mailer:0.4",
        40 * MINUTE,
        6.0,
        5.0,
        1,
        "restarting",
        project="shop",
        service="mailer",
        networks=("shop_backend",),
        policy="always",
        restarts=37,
    ),
    Role(
        "shop-search-1",
        "shop/search:2.15",
        6 * DAY,
        5 * DAY,
        project="shop",
        service="search",
        networks=("shop_backend",),
        env=("JAVA_OPTS=-Xms512m -Xmx512m",),
        probe="curl -fs localhost:9200/_cluster/health",
        health="unhealthy",
        said=(
            UNHEALTHY,
            UNHEALTHY,
            "curl: (28) Operation timed out after 2001 milliseconds\n",
            UNHEALTHY,
            UNHEALTHY,
        ),
        memory=768 << 20,
        written=48_211_000,
    ),
    Role(
        "metrics-grafana-1",
        "grafana/grafana:11.2.0",
        14 * DAY,
        14 * DAY,
        project="metrics",
        service="grafana",
        networks=("metrics_default",),
        ports=("3000:3000",),
        binds=("metrics_grafana:/var/lib/grafana",),
    ),
    Role(
        "metrics-prometheus-1",
        "prom/prometheus:v2.54.1",
        14 * DAY,
        2 * DAY,
        state="paused",
        project="metrics",
        service="prometheus",
        networks=("metrics_default",),
        binds=("metrics_prometheus:/prometheus",),
    ),
    Role(
        "shop-migrate-1",
        "shop/app:2.3.1",
        2 * DAY,
        2 * DAY,
        2 * DAY - 14,
        0,
        "exited",
        project="shop",
        service="migrate",
        networks=("shop_backend",),
        command=("python", "-m", "shop.migrate"),
        policy="no",
    ),
    Role(
        "nightly-backup",
        "shop/tools:latest",
        3 * DAY,
        2 * HOUR + 20 * MINUTE,
        2 * HOUR,
        137,
        "exited",
        command=("dump", "/backup/shop.gz"),
        binds=("old_backups:/backup",),
        policy="no",
        graceful=143,
        memory=64 << 20,
        oom=True,
        wrote="dump: shop.orders: 1,480,000 of 2,100,000 rows",
        written=912_440_000,
    ),
    Role(
        "import-orders",
        "shop/tools:latest",
        5 * DAY,
        5 * DAY,
        5 * DAY - 3,
        1,
        "exited",
        command=("import", "/data/orders.csv"),
        wrote="orders.csv, row 1,205: there is no product 'astrolabe'",
        policy="no",
        graceful=143,
        extra={"Volumes": {"/data": {}}},
    ),
    Role(
        "shop-canary",
        "shop/app:latest",
        25 * MINUTE,
        state="created",
        networks=("shop_frontend",),
        policy="no",
    ),
    Role(
        "scratchpad",
        "debian:bookworm-slim",
        50 * MINUTE,
        50 * MINUTE,
        command=("bash",),
        policy="no",
        graceful=137,
        extra={"Tty": True, "OpenStdin": True},
        written=3_400_000,
    ),
)

VOLUMES = (
    ("shop_db", 19 * DAY, 1_420_000_000, "shop"),
    ("shop_cache", 19 * DAY, 18_400_000, "shop"),
    ("shop_uploads", 19 * DAY, 640_200_000, "shop"),
    ("metrics_grafana", 14 * DAY, 43_000_000, "metrics"),
    ("metrics_prometheus", 14 * DAY, 2_810_000_000, "metrics"),
    ("old_backups", 120 * DAY, 5_300_000_000, ""),
    ("shop_db_before_upgrade", 20 * DAY, 1_390_000_000, ""),
    ("", 31 * DAY, 48_700_000, ""),
    ("", 8 * DAY, 0, ""),
)
"""Name (empty: anonymous), age, bytes, compose project."""

NETWORKS = (
    ("shop_frontend", 19 * DAY, "172.18.0.0/16", "shop"),
    ("shop_backend", 19 * DAY, "172.19.0.0/16", "shop"),
    ("metrics_default", 14 * DAY, "172.20.0.0/16", "metrics"),
    ("staging", 90 * DAY, "10.30.0.0/24", ""),
)
"""Name, age, subnet, compose project."""
