"""Plans that remove: what they list, say, offer and ask to be typed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.verbs.desk import EagerDesk
from tui.engine.errors import EngineError
from tui.engine.kinds import Kind
from tui.engine.models import Container, Image, Model, Network, Volume
from tui.engine.models.container import decode_container
from tui.engine.models.image import decode_image
from tui.engine.models.network import decode_network
from tui.engine.models.volume import ANONYMOUS_LABEL, decode_volume
from tui.engine.plans import Plan
from tui.engine.store import Store
from tui.verbs import removal
from tui.verbs.halting import KILL, PAUSE, RESTART, START, STOP, UNPAUSE
from tui.verbs.removal import note_of
from tui.verbs.unused import prunable_images, prunable_networks, prunable_volumes


def container(
    name: str, state: str = "exited", image: str = "sha256:used", volume: str = "", network: str = ""
) -> Container:
    return decode_container(
        {
            "Id": f"id-{name}",
            "Names": [f"/{name}"],
            "State": state,
            "Status": state,
            "ImageID": image,
            "Mounts": [{"Type": "volume", "Name": volume}] if volume else [],
            "NetworkSettings": {"Networks": {network: {"NetworkID": network}} if network else {}},
        },
        0,
    )


def images(*items: dict[str, Any]) -> list[Image]:
    return [image for item in items for image in decode_image(item)]


def network(name: str, **more: Any) -> Network:
    return decode_network({"Id": name, "Name": name, "Scope": "local", **more})


def volume(name: str, driver: str = "local", *, anonymous: bool = False) -> Volume:
    return decode_volume(
        {"Name": name, "Driver": driver, "Labels": {ANONYMOUS_LABEL: ""} if anonymous else {}}
    )


def store_of(*models: Model) -> Store:
    store = Store()
    for kind in Kind:
        store.replace(kind, [model for model in models if model.kind is kind])
    return store


class FakeApi:
    """The SDK's calls that plans make, answered from a few lists; what is changed is noted."""

    def __init__(self) -> None:
        self.all_images: list[dict[str, Any]] = []
        self.endpoints: dict[str, dict[str, Any]] = {}
        self.services: list[dict[str, Any]] | None = None
        self.usage: dict[str, Any] = {}
        self.sizes: list[dict[str, Any]] = []
        self.called: list[tuple[str, str, dict[str, Any]]] = []

    def images(self, **options: Any) -> list[dict[str, Any]]:
        assert options == {"all": True}
        return self.all_images

    def ask(self, method: str, path: str, **options: Any) -> SimpleNamespace:
        assert method == "GET"
        if path == "/services":
            found: Any = self.services
            if found is None:
                raise EngineError("This node is not a swarm manager.", status=503)
        elif path == "/system/df":
            found = self.usage
        else:
            found = self.endpoints.get(path.removeprefix("/networks/"))
            if found is None:
                raise EngineError("no such network", status=404)
        return SimpleNamespace(json=lambda: found)

    def df(self) -> dict[str, Any]:
        return self.usage

    def containers(self, **options: Any) -> list[dict[str, Any]]:
        assert options == {"all": True, "size": True}
        return self.sizes

    def __getattr__(self, name: str) -> Any:
        return lambda ref, **options: self.called.append((name, ref, options))


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


def desk_of(api: FakeApi, store: Store, *, version: tuple[int, int] = (1, 47), **more: Any) -> EagerDesk:
    return EagerDesk(SimpleNamespace(api=api, api_version=version, podman="", ask=api.ask), store, **more)


def refs(plan: Plan) -> list[str]:
    return [item.target.ref for item in plan.items]


def switched(plan: Plan, *on: str) -> Plan:
    """The plan after the person switched these choices on."""
    assert plan.rebuild is not None
    return plan.rebuild({choice.id: choice.id in on for choice in plan.choices})


# Predictions


@pytest.mark.parametrize(
    ("state", "pruned"),
    [
        ("created", True),
        ("exited", True),
        ("dead", True),
        ("running", False),
        ("paused", False),
        ("restarting", False),
    ],
)
async def test_a_container_prune_takes_what_does_not_run(api: FakeApi, state: str, pruned: bool) -> None:
    desk = desk_of(api, store_of(container("web", state)))
    await removal.PRUNE_CONTAINERS.act(desk, ())
    assert refs(desk.plan) == (["id-web"] if pruned else [])
    assert desk.plan.nothing
    assert desk.plan.line.masked() == "docker container prune"
    assert api.called == ([("remove_container", "id-web", {})] if pruned else [])


def test_an_image_prune_takes_dangling_ones_and_with_all_every_unused_one() -> None:
    store = store_of(
        container("web", image="sha256:used"),
        *images(
            {"Id": "sha256:used", "RepoTags": ["used:1", "used:2"]},
            {"Id": "sha256:free", "RepoTags": ["free:1", "free:2"]},
            {"Id": "sha256:dangling", "RepoTags": []},
            {"Id": "sha256:digest", "RepoDigests": ["a@sha256:0c"]},
        ),
        *images({"Id": "sha256:worn", "RepoTags": ["<none>:<none>"]}),
        container("old", image="sha256:worn"),
    )
    dangling = ["sha256:dangling", "sha256:digest"]
    assert [image.key for image in prunable_images(store, every=False)] == dangling
    assert [image.key for image in prunable_images(store, every=True)] == ["free:1", "free:2", *dangling]


@pytest.mark.parametrize("state", ["running", "paused", "restarting"])
def test_a_network_prune_takes_what_holds_no_live_container(state: str) -> None:
    store = store_of(
        container("web", state, network="held"),
        container("old", "created", network="only-created"),
        *(network(name) for name in ("bridge", "host", "none", "held", "only-created", "free")),
        network("swarm", Scope="swarm", Ingress=True),
        network("template", ConfigOnly=True),
    )
    assert [one.name for one in prunable_networks(store)] == ["only-created", "free"]


@pytest.mark.parametrize(("manager", "left"), [(True, ["free", "overlaid"]), (False, ["free"])])
async def test_a_network_plan_is_complete_once_the_engine_was_asked(
    api: FakeApi, manager: bool, left: list[str]
) -> None:
    api.endpoints = {
        "free": {"Containers": {}},
        "gateway": {"Containers": {"ingress-sbox": {}}},
        "overlaid": {"Containers": None},
        "served": {"Containers": {}},
    }
    if manager:
        api.services = [{"Spec": {"TaskTemplate": {"Networks": [{"Target": "served"}]}}}, {"Spec": {}}]
    local = [network("free"), network("gateway"), network("gone")]
    desk = desk_of(api, store_of(*local, *(network(name, Scope="swarm") for name in ("overlaid", "served"))))
    await removal.PRUNE_NETWORKS.act(desk, ())
    assert refs(desk.plan) == ["free", "gateway", "gone", "overlaid", "served"]
    assert desk.plan.refine is not None
    refined = desk.plan.refine(desk.connection)
    assert (refs(refined), refined.refine) == (left, None)


def test_a_volume_prune_takes_unused_local_ones() -> None:
    hexadecimal = "a" * 64
    store = store_of(
        container("web", volume="used"),
        volume("used"),
        volume("named"),
        volume("marked", anonymous=True),
        volume(hexadecimal),
        volume("far", "vieux/sshfs"),
        volume("far-marked", "vieux/sshfs", anonymous=True),
    )
    assert [one.name for one in prunable_volumes(store, every=False)] == ["marked"]
    assert [one.name for one in prunable_volumes(store, every=True)] == ["named", "marked", hexadecimal]


@pytest.mark.parametrize(("version", "asks"), [((1, 41), False), ((1, 42), True)])
async def test_old_engines_prune_named_volumes_without_being_told(
    api: FakeApi, version: tuple[int, int], asks: bool
) -> None:
    desk = desk_of(api, store_of(volume("named"), volume("marked", anonymous=True)), version=version)
    await removal.PRUNE_VOLUMES.act(desk, ())
    plan = desk.plan
    assert bool(plan.choices) is asks
    assert plan.line.masked() == "docker volume prune"
    if asks:
        assert (refs(plan), plan.typed, plan.warnings) == (["marked"], "", ())
        plan = switched(plan, "all")
        assert plan.line.masked() == "docker volume prune --all"
    assert refs(plan) == ["named", "marked"]
    assert plan.typed == "2"
    assert plan.warnings == ("Named volumes are among them.",)


# Removing what is chosen


@pytest.mark.parametrize(
    ("on", "line", "options"),
    [
        ((), "docker rm web db", {"v": False, "force": False}),
        (("volumes",), "docker rm -v web db", {"v": True, "force": False}),
        (("volumes", "force"), "docker rm -v -f web db", {"v": True, "force": True}),
    ],
)
async def test_removing_containers_does_what_its_line_says(
    api: FakeApi, on: tuple[str, ...], line: str, options: dict[str, bool]
) -> None:
    models = [container("web", "running"), container("db")]
    desk = desk_of(api, store_of(*models))
    await removal.REMOVE_CONTAINER.act(desk, models)
    plan = switched(desk.plan, *on)
    assert plan.line.masked() == line
    assert [choice.id for choice in plan.choices if choice.on] == list(on)
    assert ("Killed first: web" in plan.warnings) is ("force" in on)
    assert any("Refused unless forced" in warning for warning in plan.warnings) is ("force" not in on)
    api.called.clear()
    plan.work(Any, desk.connection, plan.items[0].target)  # type: ignore[arg-type]
    assert api.called == [("remove_container", "id-web", options)]


@pytest.mark.parametrize(
    ("models", "typed"),
    [
        ([volume("shop_db")], "shop_db"),
        ([volume("shop_db"), volume("marked", anonymous=True)], "2"),
        ([volume("a" * 64)], ""),
        ([volume("marked", anonymous=True)], ""),
    ],
)
async def test_a_named_volume_asks_to_be_typed(api: FakeApi, models: list[Volume], typed: str) -> None:
    desk = desk_of(api, store_of(*models))
    await removal.REMOVE_VOLUME.act(desk, models)
    assert desk.plan.typed == typed
    assert "cannot be brought back" in desk.plan.warnings[0]


@pytest.mark.parametrize("count", [1, 2])
async def test_everything_asks_to_be_typed_in_production(api: FakeApi, count: int) -> None:
    for verb, models in (
        (removal.REMOVE_CONTAINER, [container("a"), container("b")]),
        (removal.REMOVE_NETWORK, [network("a"), network("b")]),
        (removal.REMOVE_IMAGE, images({"Id": "i", "RepoTags": ["a:1"]}, {"Id": "j", "RepoTags": ["b:1"]})),
        (removal.REMOVE_VOLUME, [volume("a", anonymous=True), volume("b", anonymous=True)]),
    ):
        chosen = models[:count]
        desk = desk_of(api, store_of(*models), prod=True)
        await verb.act(desk, chosen)
        assert desk.plan.typed == (chosen[0].name if count == 1 else "2")


def test_dockers_own_networks_cannot_be_chosen() -> None:
    assert not removal.REMOVE_NETWORK.applies(network("bridge"), Store())
    assert removal.REMOVE_NETWORK.applies(network("quay"), Store())


def test_a_note_says_what_depends_on_an_object() -> None:
    store = store_of(
        container("web", volume="data", network="quay"),
        container("db", volume="data"),
        network("quay"),
        volume("data"),
        volume("f" * 64),
    )
    kinds = (store.containers, store.networks, store.volumes)
    notes = {model.name: note_of(store, model) for models in kinds for model in models.values()}
    assert notes["web"] == "exited"
    assert notes["quay"] == "used by web"
    assert notes["data"] == "named, used by web, db"
    assert notes["f" * 64] == "anonymous, used by no container"


# Sizes


async def test_sizes_arrive_by_reference(api: FakeApi) -> None:
    api.sizes = [{"Id": "id-web", "SizeRw": 7}, {"Id": "id-db"}]
    api.usage = {
        "Volumes": [
            {"Name": "data", "UsageData": {"Size": 11}},
            {"Name": "far", "UsageData": {"Size": -1}},
            {"Name": "none", "UsageData": None},
        ],
    }
    expected = {
        removal.REMOVE_CONTAINER: {"id-web": 7, "id-db": 0},
        removal.REMOVE_VOLUME: {"data": 11},
    }
    for verb, sizes in expected.items():
        desk = desk_of(api, Store())
        await verb.act(desk, ())
        assert desk.plan.measure is not None
        assert desk.plan.measure(desk.connection) == sizes


# Halting


def halting(api: FakeApi, monkeypatch: pytest.MonkeyPatch, *leaving: str, **more: Any) -> EagerDesk:
    """A desk on an Engine where these containers were made with --rm."""

    def found(connection: Any, kind: Kind, ref: str) -> dict[str, Any]:
        return {"HostConfig": {"AutoRemove": ref.removeprefix("id-") in leaving}}

    monkeypatch.setattr("tui.engine.lists.inspect", found)
    return desk_of(api, store_of(container("a", "running"), container("b", "running")), **more)


async def test_one_container_is_stopped_at_once(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = halting(api, monkeypatch)
    await STOP.act(desk, [desk.store.containers["id-a"]])
    assert (desk.plans, api.called) == ([], [("stop", "id-a", {})])


@pytest.mark.parametrize("verb", [STOP, RESTART], ids=lambda verb: verb.word)
async def test_several_containers_or_production_show_a_plan(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch, verb: Any
) -> None:
    desk = halting(api, monkeypatch)
    await verb.act(desk, list(desk.store.containers.values()))
    assert desk.plan.line.masked() == f"docker {verb.word} a b"
    desk = halting(api, monkeypatch, prod=True)
    await verb.act(desk, [desk.store.containers["id-a"]])
    assert [item.target.name for item in desk.plan.items] == ["a"]


async def test_on_production_changing_one_needs_no_name_and_several_need_the_count(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for verb, one in ((START, ""), (STOP, ""), (RESTART, ""), (PAUSE, ""), (UNPAUSE, ""), (KILL, "a")):
        desk = halting(api, monkeypatch, prod=True, answers={"signal": "SIGHUP"})
        both = list(desk.store.containers.values())
        await verb.act(desk, both[:1])
        await verb.act(desk, both)
        assert [plan.typed for plan in desk.plans] == [one, "2"], verb.id
        assert len(desk.tasks) == 2, verb.id


async def test_a_container_that_leaves_as_it_stops_shows_a_plan_that_says_so(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = halting(api, monkeypatch, "a")
    await STOP.act(desk, [desk.store.containers["id-a"]])
    assert desk.plan.refine is not None
    (warning,) = desk.plan.refine(desk.connection).warnings
    assert "(--rm): a" in warning


async def test_killing_always_shows_a_plan(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = halting(api, monkeypatch, "b", answers={"signal": "SIGHUP"})
    await KILL.act(desk, [desk.store.containers["id-a"]])
    assert desk.plan.line.masked() == "docker kill --signal SIGHUP a"
    assert api.called == [("kill", "id-a", {"signal": "SIGHUP"})]
    assert desk.sheets[0].line({"signal": "SIGINT"}).masked() == "docker kill --signal SIGINT a"
