"""What the lists and inspect of the demo Engine show, and what their filters leave."""

from __future__ import annotations

import docker
import pytest
from docker.errors import APIError

from tui.demo import DemoEngine
from tui.demo.world import FIXED_NOW

STATUSES = {
    "shop-proxy-1": "Up 3 hours",
    "shop-app-1": "Up 3 hours (healthy)",
    "shop-app-2": "Up 3 hours (healthy)",
    "shop-app-3": "Up 3 hours (healthy)",
    "shop-db-1": "Up 2 weeks (healthy)",
    "shop-cache-1": "Up 2 weeks",
    "shop-worker-1": "Up 26 hours",
    "shop-mailer-1": "Restarting (1) 5 seconds ago",
    "shop-search-1": "Up 5 days (unhealthy)",
    "metrics-grafana-1": "Up 2 weeks",
    "metrics-prometheus-1": "Up 2 days (Paused)",
    "shop-migrate-1": "Exited (0) 2 days ago",
    "nightly-backup": "Exited (137) 2 hours ago",
    "import-orders": "Exited (1) 5 days ago",
    "shop-canary": "Created",
    "scratchpad": "Up 50 minutes",
}


def names(rows: list[dict]) -> set[str]:
    return {row["Names"][0].removeprefix("/") for row in rows}


def test_the_shop_is_listed_with_statuses_worded_as_docker_ps_words_them(api: docker.APIClient) -> None:
    rows = api.containers(all=True)
    assert {row["Names"][0].removeprefix("/"): row["Status"] for row in rows} == STATUSES
    created = [row["Created"] for row in rows]
    assert created == sorted(created, reverse=True)
    assert all(len(row["Id"]) == 64 and set(row["Id"]) <= set("0123456789abcdef") for row in rows)


def test_without_all_only_what_runs_is_listed(api: docker.APIClient) -> None:
    running = {name for name, status in STATUSES.items() if status.startswith(("Up", "Restarting"))}
    assert names(api.containers()) == running


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"status": ["exited"]}, {"shop-migrate-1", "nightly-backup", "import-orders"}),
        ({"status": ["paused", "created"]}, {"metrics-prometheus-1", "shop-canary"}),
        ({"name": ["app-[12]"]}, {"shop-app-1", "shop-app-2"}),
        ({"name": ["^/shop-db"]}, {"shop-db-1"}),
        ({"label": ["com.docker.compose.project=metrics"]}, {"metrics-grafana-1", "metrics-prometheus-1"}),
        ({"label": ["com.docker.compose.service=app", "no.such"]}, set()),
        ({"network": ["metrics_default"]}, {"metrics-grafana-1", "metrics-prometheus-1"}),
        ({"volume": ["shop_db"]}, {"shop-db-1"}),
        ({"volume": ["/prometheus"]}, {"metrics-prometheus-1"}),
        ({"ancestor": ["postgres:16"]}, {"shop-db-1"}),
        ({"ancestor": ["debian:bookworm-slim"], "health": ["none"]}, {"scratchpad", "shop-worker-1"}),
        ({"ancestor": ["no-such-image"]}, set()),
        ({"health": ["unhealthy"]}, {"shop-search-1"}),
        ({"exited": ["137"]}, {"nightly-backup"}),
        ({"publish": ["5432"]}, {"shop-db-1"}),
        (
            {"before": ["import-orders"], "status": ["running"]},
            {"shop-worker-1", "shop-search-1", "metrics-grafana-1"} | {"shop-db-1", "shop-cache-1"},
        ),
    ],
)
def test_container_filters_leave_what_they_name(api: docker.APIClient, asked: dict, found: set[str]) -> None:
    assert names(api.containers(all=True, filters=asked)) == found


def test_the_id_filter_takes_a_prefix(api: docker.APIClient) -> None:
    identity = api.inspect_container("shop-db-1")["Id"]
    assert names(api.containers(all=True, filters={"id": identity[:12]})) == {"shop-db-1"}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"bogus": ["x"]}, "invalid filter 'bogus'"),
        (
            {"status": ["bad"]},
            "invalid filter 'status=bad': invalid value for state (bad): must be one of created, running, "
            "paused, restarting, removing, exited, dead",
        ),
        (
            {"health": ["bad"]},
            "invalid filter 'health=bad': invalid value for health (bad): must be one of none, starting, "
            "healthy, unhealthy",
        ),
        ({"before": ["nobody"]}, "No such container: nobody"),
    ],
)
def test_filters_that_make_no_sense_are_refused(api: docker.APIClient, asked: dict, sentence: str) -> None:
    with pytest.raises(APIError) as refused:
        api.containers(all=True, filters=asked)
    assert refused.value.explanation == sentence


def test_limit_takes_the_newest_whatever_their_state(api: docker.APIClient) -> None:
    assert names(api.containers(limit=2)) == {"shop-canary", "shop-mailer-1"}


def test_size_adds_the_bytes_of_each_container(api: docker.APIClient) -> None:
    rows = {row["Names"][0]: row for row in api.containers(all=True, size=True)}
    assert rows["/nightly-backup"]["SizeRw"] == 912_440_000
    assert rows["/nightly-backup"]["SizeRootFs"] == 912_440_000 + 12_000_000
    assert "SizeRw" not in rows["/shop-cache-1"]
    assert "SizeRootFs" not in api.containers(limit=1)[0]


def test_a_container_is_found_by_name_id_and_prefix(api: docker.APIClient) -> None:
    identity = api.inspect_container("shop-app-2")["Id"]
    assert {api.inspect_container(key)["Name"] for key in (identity, identity[:10], "/shop-app-2")} == {
        "/shop-app-2"
    }
    with pytest.raises(APIError) as missing:
        api.inspect_container("nobody")
    assert missing.value.status_code == 404
    assert missing.value.explanation == "No such container: nobody"


def test_inspect_shows_the_probes_of_an_unhealthy_container(api: docker.APIClient) -> None:
    health = api.inspect_container("shop-search-1")["State"]["Health"]
    assert health["Status"] == "unhealthy"
    assert health["FailingStreak"] > 3
    assert "503" in health["Log"][-1]["Output"]


def test_addresses_and_ports_agree_between_list_inspect_and_network(api: docker.APIClient) -> None:
    row = api.containers(filters={"name": "shop-proxy"})[0]
    detail = api.inspect_container("shop-proxy-1")
    settings = detail["NetworkSettings"]["Networks"]["shop_frontend"]
    assert row["NetworkSettings"]["Networks"]["shop_frontend"] == settings | {"DNSNames": None}
    members = api.inspect_network("shop_frontend")["Containers"]
    assert members[row["Id"]]["IPv4Address"] == settings["IPAddress"] + "/16"
    assert {"IP": "0.0.0.0", "PrivatePort": 443, "PublicPort": 443, "Type": "tcp"} in row["Ports"]
    assert detail["NetworkSettings"]["Ports"]["443/tcp"][0] == {"HostIp": "0.0.0.0", "HostPort": "443"}


def test_images_have_two_tags_digests_only_or_nothing_at_all(api: docker.APIClient) -> None:
    rows = api.images()
    assert ["shop/app:2.3.1", "shop/app:latest"] in [row["RepoTags"] for row in rows]
    assert len([row for row in rows if not row["RepoTags"] and not row["RepoDigests"]]) == 2
    assert len([row for row in rows if not row["RepoTags"] and row["RepoDigests"]]) == 1
    assert len(api.images(all=True)) == len(rows) + 1


def test_image_filters_leave_what_they_name(api: docker.APIClient) -> None:
    assert len(api.images(filters={"dangling": True})) == 2
    assert [row["RepoTags"] for row in api.images(filters={"reference": "shop/app:2*"})] == [
        ["shop/app:2.3.1"]
    ]
    tags = {tag for row in api.images(filters={"reference": "shop/*"}) for tag in row["RepoTags"]}
    assert tags == {
        *("shop/app:2.3.1", "shop/app:latest", "shop/worker:1.8", "shop/mailer:0.4"),
        *("shop/search:2.15", "shop/tools:latest"),
    }
    labelled = api.images(filters={"label": "org.opencontainers.image.title=worker"})
    assert [row["RepoTags"] for row in labelled] == [["shop/worker:1.8"]]
    with pytest.raises(APIError, match="invalid filter 'id'"):
        api.images(filters={"id": "x"})


def test_an_older_client_sees_the_shapes_of_its_time(engine: DemoEngine) -> None:
    old = docker.APIClient(base_url=engine.start(), version="1.41")
    dangling = old.images(filters={"dangling": True})[0]
    assert dangling["RepoTags"] == ["<none>:<none>"]
    assert dangling["VirtualSize"] == dangling["Size"]
    assert "KernelMemory" in old.info()
    old.close()


def test_history_adds_up_to_the_image(api: docker.APIClient) -> None:
    steps = api.history("shop/app:latest")
    assert sum(step["Size"] for step in steps) == api.inspect_image("shop/app:latest")["Size"]
    assert steps[0]["Tags"] == ["shop/app:2.3.1", "shop/app:latest"]


def test_network_and_volume_filters_leave_what_they_name(api: docker.APIClient) -> None:
    assert {one["Name"] for one in api.networks(filters={"type": "builtin"})} == {"bridge", "host", "none"}
    assert {one["Name"] for one in api.networks(filters={"dangling": True})} == {"staging"}
    assert {one["Name"] for one in api.networks(names=["shop_"])} == {"shop_frontend", "shop_backend"}
    unused = api.volumes(filters={"dangling": True})["Volumes"]
    assert {one["Name"] for one in unused if len(one["Name"]) < 64} == {"shop_db_before_upgrade"}
    assert len([one for one in unused if len(one["Name"]) == 64]) == 2
    assert [one["Name"] for one in api.volumes(filters={"name": "shop_ca"})["Volumes"]] == ["shop_cache"]


def test_disk_usage_counts_users_and_shared_layers(api: docker.APIClient) -> None:
    usage = api.df()
    volumes = {one["Name"]: one["UsageData"] for one in usage["Volumes"]}
    assert volumes["shop_uploads"]["RefCount"] == 3
    assert volumes["shop_db_before_upgrade"]["RefCount"] == 0
    app = next(one for one in usage["Images"] if "shop/app:latest" in one["RepoTags"])
    assert app["Containers"] == 5
    assert 0 < app["SharedSize"] < app["Size"]
    assert usage["LayersSize"] < sum(one["Size"] for one in usage["Images"])
    assert len(usage["Containers"]) == len(STATUSES)


def test_info_counts_the_containers_and_says_that_this_is_a_demo(api: docker.APIClient) -> None:
    info = api.info()
    assert (info["Containers"], info["ContainersPaused"], info["ContainersStopped"]) == (16, 1, 5)
    assert info["ContainersRunning"] == 10
    assert "demo" in info["OperatingSystem"]
    assert api.version()["ApiVersion"] == "1.47"


def test_top_shows_processes_of_what_runs_only(api: docker.APIClient) -> None:
    listed = api.top("shop-db-1")
    column = listed["Titles"].index("CMD")
    assert "postgres: checkpointer" in [row[column] for row in listed["Processes"]]
    assert api.top("shop-db-1", ps_args="aux")["Titles"][0] == "USER"
    assert api.top("shop-db-1", ps_args="-o pid,args")["Titles"] == ["PID", "COMMAND"]
    for name, sentence in (
        ("import-orders", "is not running"),
        ("shop-mailer-1", "is restarting, wait until"),
    ):
        with pytest.raises(APIError, match=sentence) as refused:
            api.top(name)
        assert refused.value.status_code == 409


def test_time_passes_in_the_statuses_when_the_clock_moves(connect) -> None:
    now = [FIXED_NOW]
    with DemoEngine(clock=lambda: now[0]) as engine:
        api = connect(engine)
        assert api.containers(filters={"name": "scratchpad"})[0]["Status"] == "Up 50 minutes"
        now[0] += 600
        assert api.containers(filters={"name": "scratchpad"})[0]["Status"] == "Up About an hour"
