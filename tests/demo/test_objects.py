"""Images, networks and volumes of the demo Engine: made, changed, refused, pruned."""

from __future__ import annotations

import docker
import pytest
from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool

from tui.demo import DemoEngine

Told = list[tuple[str, str]]


def refusal(call, *args, **options) -> tuple[int, str]:
    with pytest.raises(APIError) as refused:
        call(*args, **options)
    return refused.value.status_code, refused.value.explanation


def told(engine: DemoEngine) -> Told:
    """Everything that has happened so far, but to containers: their past is there from the start."""
    with engine.world.lock:
        recent = engine.world.events.recent
        return [(event.kind, event.action) for event in recent if event.kind != "container"]


def tags(api: docker.APIClient) -> set[str]:
    return {tag for row in api.images() for tag in row["RepoTags"]}


def short(api: docker.APIClient, name: str) -> str:
    return api.inspect_image(name)["Id"].removeprefix("sha256:")[:12]


def test_removing_one_of_two_tags_only_untags(api: docker.APIClient, engine: DemoEngine) -> None:
    assert api.remove_image("shop/app:latest") == [{"Untagged": "shop/app:latest"}]
    assert "shop/app:2.3.1" in tags(api)
    assert told(engine) == [("image", "untag")]
    api.tag("node:22-alpine", "mine/node", "1")
    api.remove_image("mine/node:1", force=True)
    assert "node:22-alpine" in tags(api)


def test_removing_the_last_tag_of_an_unused_image_deletes_it(
    api: docker.APIClient, engine: DemoEngine
) -> None:
    identity = api.inspect_image("node:22-alpine")["Id"]
    records = api.remove_image("node:22-alpine")
    assert records[0] == {"Untagged": "node:22-alpine"}
    assert "@sha256:" in records[1]["Untagged"]
    assert {"Deleted": identity} in records
    assert refusal(api.inspect_image, identity)[0] == 404
    assert told(engine) == [("image", "untag"), ("image", "delete")]


def test_layers_that_others_share_are_not_reported_as_deleted(api: docker.APIClient) -> None:
    dangling = api.images(filters={"dangling": True})[0]["Id"]
    layers = api.inspect_image(dangling)["RootFS"]["Layers"]
    deleted = {record["Deleted"] for record in api.remove_image(dangling)}
    assert deleted == {dangling, layers[-1]}


def test_removing_an_image_in_use_is_refused_in_the_engines_words(api: docker.APIClient) -> None:
    db, database = api.inspect_container("shop-db-1")["Id"][:12], short(api, "postgres:16")
    assert refusal(api.remove_image, "postgres:16") == (
        409,
        'conflict: unable to remove repository reference "postgres:16" (must force) - '
        f"container {db} is using its referenced image {database}",
    )
    for force in (False, True):
        assert refusal(api.remove_image, database, force=force) == (
            409,
            f"conflict: unable to delete {database} (cannot be forced) - "
            f"image is being used by running container {db}",
        )
    tools, importer = short(api, "shop/tools"), api.inspect_container("nightly-backup")["Id"][:12]
    code, said = refusal(api.remove_image, tools)
    assert (code, said.rpartition(" ")[0]) == (
        409,
        f"conflict: unable to delete {tools} (must be forced) - image is being used by stopped container",
    )
    assert importer in said or api.inspect_container("import-orders")["Id"][:12] in said


def test_several_tags_and_children_stand_in_the_way_of_removal_by_id(api: docker.APIClient) -> None:
    api.tag("node:22-alpine", "mine/node", "1")
    node = short(api, "node:22-alpine")
    assert refusal(api.remove_image, node) == (
        409,
        f"conflict: unable to delete {node} (must be forced) - image is referenced in multiple repositories",
    )
    api.remove_container("scratchpad", force=True)
    base = short(api, "debian:bookworm-slim")
    assert refusal(api.remove_image, base) == (
        409,
        f"conflict: unable to delete {base} (cannot be forced) - image has dependent child images",
    )


def test_forcing_a_tag_off_a_used_image_leaves_the_container_with_the_id(api: docker.APIClient) -> None:
    identity = api.inspect_image("shop/worker:1.8")["Id"]
    assert api.containers(filters={"name": "shop-worker"})[0]["Image"] == "shop/worker:1.8"
    assert api.remove_image("shop/worker:1.8", force=True) == [{"Untagged": "shop/worker:1.8"}]
    assert api.containers(filters={"name": "shop-worker"})[0]["Image"] == identity


def test_removing_a_child_takes_its_untagged_parents_unless_told_not_to(connect) -> None:
    for noprune, hidden in ((False, 0), (True, 1)):
        with DemoEngine() as engine:
            api = connect(engine)
            api.remove_container("shop-worker-1", force=True)
            api.remove_image("shop/worker:1.8", noprune=noprune)
            assert len(api.images(all=True)) - len(api.images()) == hidden
            assert "debian:bookworm-slim" in tags(api)


def test_a_tag_moves_to_the_image_that_was_tagged_last(api: docker.APIClient) -> None:
    dangling = api.images(filters={"dangling": True})[0]["Id"]
    api.tag(dangling, "shop/app", "latest")
    assert api.inspect_image("shop/app")["Id"] == dangling
    assert api.inspect_image("shop/app:2.3.1")["RepoTags"] == ["shop/app:2.3.1"]
    assert refusal(api.tag, dangling, "Shop/App") == (
        400,
        "invalid reference format: repository name (Shop/App) must be lowercase",
    )
    assert refusal(api.tag, "nothing", "a") == (404, "No such image: nothing:latest")


def test_image_prune_takes_dangling_ones_or_all_unused(api: docker.APIClient) -> None:
    dangling = {row["Id"] for row in api.images(filters={"dangling": True})}
    layers = api.df()["LayersSize"]
    answer = api.prune_images()
    assert {one["Deleted"] for one in answer["ImagesDeleted"] if one.get("Deleted") in dangling} == dangling
    assert answer["SpaceReclaimed"] == layers - api.df()["LayersSize"] > 0
    answer = api.prune_images(filters={"dangling": False})
    untagged = {one["Untagged"] for one in answer["ImagesDeleted"] if "Untagged" in one}
    assert "node:22-alpine" in untagged
    used = {row["ImageID"] for row in api.containers(all=True)}
    assert {row["Id"] for row in api.images()} - used == {
        api.inspect_image("debian:bookworm-slim")["Id"]
    } - used


def test_networks_are_made_joined_left_and_removed(api: docker.APIClient, engine: DemoEngine) -> None:
    pool = IPAMConfig(pool_configs=[IPAMPool(subnet="10.99.0.0/24", gateway="10.99.0.254")])
    identity = api.create_network("extra", ipam=pool, labels={"a": "b"})["Id"]
    detail = api.inspect_network("extra")
    assert detail["IPAM"]["Config"] == [{"Subnet": "10.99.0.0/24", "Gateway": "10.99.0.254"}]
    api.connect_container_to_network("shop-db-1", identity)
    assert [one["IPv4Address"] for one in api.inspect_network(identity)["Containers"].values()] == [
        "10.99.0.2/24"
    ]
    settings = api.inspect_container("shop-db-1")["NetworkSettings"]["Networks"]["extra"]
    user = f'name:"shop-db-1" id:"{settings["EndpointID"][:12]}"'
    assert refusal(api.remove_network, "extra") == (
        403,
        f"error while removing network: network extra has active endpoints ({user})",
    )
    assert refusal(api.connect_container_to_network, "shop-db-1", "extra") == (
        403,
        "endpoint with name shop-db-1 already exists in network extra",
    )
    api.disconnect_container_from_network("shop-db-1", "extra")
    api.remove_network("extra")
    assert told(engine) == [("network", action) for action in ("create", "connect", "disconnect", "destroy")]
    assert refusal(api.inspect_network, "extra") == (404, "network extra not found")


def test_network_refusals_are_worded_as_the_engine_words_them(api: docker.APIClient) -> None:
    pool = IPAMConfig(pool_configs=[IPAMPool(subnet="172.18.4.0/24")])
    assert refusal(api.create_network, "staging") == (409, "network with name staging already exists")
    assert refusal(api.create_network, "bridge") == (
        403,
        "operation is not permitted on predefined bridge network ",
    )
    assert refusal(api.create_network, "x", ipam=pool) == (
        403,
        "invalid pool request: Pool overlaps with other one on this address space",
    )
    assert refusal(api.remove_network, "bridge") == (
        403,
        "bridge is a pre-defined network and cannot be removed",
    )
    assert refusal(api.connect_container_to_network, "shop-db-1", "host") == (
        400,
        "cannot connect container to host network - container must be created in host network mode",
    )
    assert refusal(api.disconnect_container_from_network, "shop-db-1", "staging")[1].endswith(
        "is not connected to network staging"
    )


def test_network_prune_takes_those_without_a_running_container(api: docker.APIClient) -> None:
    assert api.prune_networks() == {"NetworksDeleted": ["staging"]}
    gone = api.inspect_network("metrics_default")["Id"]
    for name in ("metrics-grafana-1", "metrics-prometheus-1"):
        api.stop(name)
    assert api.prune_networks() == {"NetworksDeleted": ["metrics_default"]}
    sentence = f"failed to set up container networking: network {gone} not found"
    assert refusal(api.start, "metrics-grafana-1") == (404, sentence)


def test_a_stopped_container_joins_when_it_starts(api: docker.APIClient) -> None:
    api.connect_container_to_network("import-orders", "staging")
    assert api.inspect_network("staging")["Containers"] == {}
    api.start("import-orders")
    assert len(api.inspect_network("staging")["Containers"]) == 1


def test_volumes_are_made_once_and_removed(api: docker.APIClient, engine: DemoEngine) -> None:
    made = api.create_volume("fresh", labels={"a": "b"})
    assert api.create_volume("fresh") == made == api.inspect_volume("fresh")
    assert made["Labels"] == {"a": "b"}
    api.remove_volume("fresh")
    assert told(engine) == [("volume", action) for action in ("create", "destroy")]
    anonymous = api.create_volume()["Name"]
    assert len(anonymous) == 64


def test_volume_refusals_are_worded_as_the_engine_words_them(api: docker.APIClient) -> None:
    holder = api.inspect_container("shop-db-1")["Id"]
    for force in (False, True):
        assert refusal(api.remove_volume, "shop_db", force=force) == (
            409,
            f"remove shop_db: volume is in use - [{holder}]",
        )
    assert refusal(api.inspect_volume, "none") == (404, "get none: no such volume")
    assert refusal(api.remove_volume, "none") == (404, "get none: no such volume")
    code, said = refusal(api.create_volume, "b ad")
    assert code == 400
    assert said.startswith('create b ad: "b ad" includes invalid characters for a local volume name')


def test_volume_prune_takes_anonymous_ones_and_named_ones_only_when_asked(api: docker.APIClient) -> None:
    unused = {one["Name"] for one in api.volumes(filters={"dangling": True})["Volumes"]}
    answer = api.prune_volumes()
    assert set(answer["VolumesDeleted"]) == {name for name in unused if len(name) == 64}
    assert answer["SpaceReclaimed"] == 48_700_000
    assert api.prune_volumes(filters={"all": True})["VolumesDeleted"] == ["shop_db_before_upgrade"]


def test_an_old_client_prunes_named_volumes_too(engine: DemoEngine) -> None:
    old = docker.APIClient(base_url=engine.start(), version="1.41")
    assert "shop_db_before_upgrade" in old.prune_volumes()["VolumesDeleted"]
    old.close()
