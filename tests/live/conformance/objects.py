"""Stories of images, networks, volumes and the Engine itself."""

from __future__ import annotations

from tests.live.conformance.steps import (
    IMAGE,
    NO_ID,
    NOBODY,
    delete,
    filtered,
    get,
    made,
    post,
    read,
    started,
)
from tests.live.conformance.telling import Step, Story

LIST = "/images/json"

IMAGES = Story(
    "images",
    (
        get(LIST, same=("RepoTags", "RepoDigests", "ParentId", "SharedSize", "Containers")),
        get(LIST, {"shared-size": "1"}),
        get(f"/images/{IMAGE}/json", same=("RepoTags", "Config.Cmd", "Os")),
        get("/images/busybox/json", same=("RepoTags",)),
        get(f"/images/{NOBODY}/json"),
        get(f"/images/{NO_ID}/json"),
        get("/images/sha256:zz/json"),
        get("/images/NOT%20A%20NAME/json"),
        get(f"/images/{IMAGE}/history"),
        get(f"/images/{NOBODY}/history"),
        post(f"/images/{IMAGE}/tag", {"repo": "mine/box", "tag": "1"}),
        post(f"/images/{IMAGE}/tag", {"repo": "mine/box"}),
        post(f"/images/{IMAGE}/tag", {"repo": "Mine", "tag": "1"}),
        post(f"/images/{IMAGE}/tag", {"repo": "mine", "tag": "no tag"}),
        post(f"/images/{IMAGE}/tag"),
        post(f"/images/{NOBODY}/tag", {"repo": "mine"}),
        filtered(LIST, "RepoTags", reference=["mine/*"]),
        filtered(LIST, "RepoTags", reference=["*box:latest"]),
        filtered(LIST, "RepoTags", reference=["nothing"]),
        filtered(LIST, "RepoTags", dangling=["true"]),
        filtered(LIST, "RepoTags", dangling=["false"]),
        filtered(LIST, "RepoTags", dangling=["perhaps"]),
        filtered(LIST, "RepoTags", label=["a"]),
        filtered(LIST, "RepoTags", before=[IMAGE]),
        filtered(LIST, "RepoTags", since=[NOBODY]),
        filtered(LIST, "RepoTags", until=["soon"]),
        filtered(LIST, "RepoTags", colour=["red"]),
        delete("/images/mine/box:1"),
        delete("/images/mine/box:1"),
        delete(f"/images/{NOBODY}"),
        delete(f"/images/{NO_ID}"),
        post("/images/prune", same=("ImagesDeleted", "SpaceReclaimed")),
        post("/images/prune", {"filters": {"dangling": ["perhaps"]}}),
        post("/images/prune", {"filters": {"colour": ["red"]}}),
    ),
)

IMAGES_IN_USE = Story(
    "images in use",
    (
        *started("web"),
        delete(f"/images/{IMAGE}"),
        post(f"/images/{IMAGE}/tag", {"repo": "other", "tag": "1"}),
        delete(f"/images/{IMAGE}", same=("Untagged",)),
        get(f"/images/{IMAGE}/json"),
        get("/containers/web/json", same=("Image", "Config.Image")),
        get("/containers/json", same=("Image",)),
        post("/images/other:1/tag", {"repo": "busybox", "tag": "latest"}),
        delete("/images/other:1", {"force": "1"}, same=("Untagged",)),
        post("/images/prune", {"filters": {"dangling": ["false"]}}, same=("ImagesDeleted",)),
        post("/containers/web/kill"),
        delete(f"/images/{IMAGE}"),
        get(LIST, {}, same=("RepoTags",)),
    ),
)

NETWORK = ("Name", "Driver", "Scope", "Internal", "Attachable", "Options", "Labels")

NETWORKS = Story(
    "networks",
    (
        get("/networks", same=NETWORK[:3]),
        get("/networks/bridge"),
        get("/networks/host"),
        get("/networks/none"),
        post("/networks/create", body={"Name": "back"}, keep="back"),
        post(
            "/networks/create",
            body={
                "Name": "front",
                "Driver": "bridge",
                "Internal": True,
                "Attachable": True,
                "Labels": {"tier": "front"},
                "Options": {"com.docker.network.bridge.name": "br-front"},
                "IPAM": {"Driver": "default", "Config": [{"Subnet": "10.77.0.0/24", "Gateway": "10.77.0.9"}]},
            },
            keep="front",
        ),
        get("/networks/back", same=NETWORK),
        get("/networks/front", same=(*NETWORK, "IPAM.Config", "IPAM.Driver")),
        get("/networks/{front:6}", same=("Name",)),
        get(f"/networks/{NOBODY}"),
        post("/networks/create", body={"Name": "back"}),
        post("/networks/create", body={"Name": ""}),
        post("/networks/create", body={}),
        post("/networks/create", body={"Name": "bridge"}),
        post("/networks/create", body={"Name": "odd", "Driver": "overlay"}),
        post("/networks/create", body=b"{"),
        post("/networks/create", body={"Name": "odd", "IPAM": {"Config": [{"Subnet": "nonsense"}]}}),
        post("/networks/create", body={"Name": "odd", "IPAM": {"Config": [{"Subnet": "10.77.0.0/24"}]}}),
        filtered("/networks", "Name", name=["ack"]),
        filtered("/networks", "Name", id=["{back:12}"]),
        filtered("/networks", "Name", driver=["bridge"]),
        filtered("/networks", "Name", scope=["local"]),
        filtered("/networks", "Name", scope=["galaxy"]),
        filtered("/networks", "Name", type=["custom"]),
        filtered("/networks", "Name", type=["builtin"]),
        filtered("/networks", "Name", type=["strange"]),
        filtered("/networks", "Name", label=["tier=front"]),
        filtered("/networks", "Name", dangling=["true"]),
        filtered("/networks", "Name", dangling=["false"]),
        filtered("/networks", "Name", dangling=["perhaps"]),
        filtered("/networks", "Name", colour=["red"]),
        delete("/networks/back"),
        delete("/networks/back"),
        delete("/networks/bridge"),
        delete("/networks/host"),
        post("/networks/prune", {"filters": {"colour": ["red"]}}),
        post("/networks/prune", {"filters": {"label": ["nothing"]}}, same=("NetworksDeleted",)),
        post("/networks/prune", same=("NetworksDeleted",)),
    ),
)

JOINED = Story(
    "networks joined and left",
    (
        post("/networks/create", body={"Name": "back"}, keep="back"),
        *started("web", host={"NetworkMode": "back"}),
        get("/containers/web/json"),
        get("/networks/back"),
        get("/networks"),
        get("/containers/json"),
        delete("/networks/back"),
        *started("db"),
        post("/networks/back/connect", body={"Container": "db", "EndpointConfig": {"Aliases": ["base"]}}),
        post("/networks/back/connect", body={"Container": "db"}),
        get("/containers/db/json"),
        post("/networks/host/connect", body={"Container": "db"}),
        post(f"/networks/{NOBODY}/connect", body={"Container": "db"}),
        post("/networks/back/connect", body={"Container": NOBODY}),
        post("/networks/back/connect", body=b"{"),
        post("/networks/back/connect", body={}),
        post("/networks/back/disconnect", body={"Container": "db"}),
        post("/networks/back/disconnect", body={"Container": "db"}),
        post("/networks/back/disconnect", body={"Container": NOBODY}),
        post("/networks/prune", same=("NetworksDeleted",)),
        post("/containers/web/kill"),
        get("/containers/web/json"),
        get("/networks/back"),
        post("/networks/prune", same=("NetworksDeleted",)),
        post("/containers/web/start"),
    ),
)

VOLUMES = Story(
    "volumes",
    (
        get("/volumes"),
        post("/volumes/create", body={"Name": "data"}),
        post("/volumes/create", body={"Name": "data"}),
        post("/volumes/create", body={"Name": "data", "Driver": "local", "Labels": {"a": "b"}}),
        post("/volumes/create", body={"Name": "named", "Labels": {"a": "b"}}),
        post("/volumes/create", body={"Name": "bare", "Labels": {}, "DriverOpts": {}}),
        post(
            "/volumes/create",
            body={"Name": "ram", "DriverOpts": {"type": "tmpfs", "device": "tmpfs", "o": "size=1m"}},
        ),
        post("/volumes/create"),
        post("/volumes/create", body={"Name": ""}),
        post("/volumes/create", body={"Name": "no good!"}),
        post("/volumes/create", body={"Name": "x"}),
        post("/volumes/create", body={"Name": "odd", "DriverOpts": {"colour": "red"}}),
        post("/volumes/create", body=b"{"),
        get("/volumes/data", same=("Name", "Driver", "Scope", "Labels", "Options", "Mountpoint")),
        get("/volumes/named", same=("Name", "Labels")),
        get(f"/volumes/{NOBODY}"),
        get("/volumes", same=("Volumes.Name",)),
        filtered("/volumes", "Volumes.Name", name=["dat"]),
        filtered("/volumes", "Volumes.Name", label=["a=b"]),
        filtered("/volumes", "Volumes.Name", driver=["local"]),
        filtered("/volumes", "Volumes.Name", driver=["odd"]),
        filtered("/volumes", "Volumes.Name", colour=["red"]),
        made("web", host={"Binds": ["data:/data"]}),
        filtered("/volumes", "Volumes.Name", dangling=["false"]),
        filtered("/volumes", "Volumes.Name", dangling=["true"], name=["data", "named"]),
        filtered("/volumes", "Volumes.Name", dangling=["perhaps"]),
        delete("/volumes/data"),
        delete("/volumes/data", {"force": "1"}),
        delete("/volumes/named"),
        delete("/volumes/named"),
        delete("/volumes/named", {"force": "1"}),
        post("/volumes/prune", {"filters": {"label": ["nothing"]}}, same=("VolumesDeleted",)),
        post("/volumes/prune", {"filters": {"colour": ["red"]}}),
        post("/volumes/prune", {"filters": {"all": ["perhaps"]}}),
        post("/volumes/prune"),
        post("/volumes/prune", {"filters": {"all": ["true"]}}, same=("VolumesDeleted",)),
    ),
)

ENGINE = Story(
    "the Engine itself",
    (
        get("/_ping"),
        get("/_ping", version=""),
        Step("HEAD", "/_ping"),
        get("/version"),
        get("/version", version=""),
        get("/version", version="1.23"),
        get("/version", version="1.99"),
        get("/info"),
        get("/system/df"),
        *started("web", Volumes={"/data": {}}),
        get("/info", same=("Containers", "ContainersRunning", "ContainersStopped", "Images")),
        get("/system/df"),
        get("/system/df", {"type": "image"}),
        get("/system/df", {"type": "container"}),
        get("/system/df", {"type": "volume"}),
        get("/system/df", {"type": "build-cache"}),
        get("/system/df", {"type": "colour"}),
    ),
)

OLDER = Story(
    "older clients",
    (
        *started("web", Volumes={"/data": {}}, Healthcheck={"Test": ["NONE"]}),
        *(
            get(path, version=version)
            for version in ("1.41", "1.42", "1.43", "1.44", "1.45", "1.46")
            for path in (
                "/version",
                "/info",
                "/system/df",
                "/containers/json",
                "/containers/web/json",
                LIST,
                f"/images/{IMAGE}/json",
                f"/images/{IMAGE}/history",
                "/networks",
                "/networks/bridge",
                "/volumes",
            )
        ),
        post("/containers/web/wait", opens="code", version="1.41"),
        post("/containers/web/kill", version="1.41"),
        read("code"),
        post("/volumes/create", body={"Name": "named"}, version="1.41"),
        post("/volumes/prune", version="1.41"),
    ),
)

EVENTS = Story(
    "events",
    (
        get("/events", {"since": "1", "until": "2"}),
        get("/events", {"since": "sometime"}),
        get("/events", {"since": "1.000000001", "until": "2.5", "filters": {"type": ["container"]}}),
        get("/events", {"until": "sometime"}),
        get("/events", {"filters": "nonsense"}),
        made("web"),
        get("/events", {"filters": {"type": ["network"]}}, opens="none", version="1.47"),
        post("/containers/web/start"),
        post("/networks/create", body={"Name": "back"}),
    ),
)

PLUGIN = "wharf/test:1"
"""Is there, and not enabled."""
PLUGIN_PATH = f"/plugins/{PLUGIN}"
FACTS = ("Name", "Enabled", "Config.Description", "Config.Interface")

PLUGINS = Story(
    "plugins",
    (
        get("/plugins", same=FACTS),
        get(f"{PLUGIN_PATH}/json", same=FACTS),
        get("/plugins/wharf/test/json"),
        get(f"/plugins/{NOBODY}/json"),
        post(f"{PLUGIN_PATH}/enable"),
        post(f"{PLUGIN_PATH}/enable", {"timeout": "soon"}),
        post(f"{PLUGIN_PATH}/disable"),
        post(f"{PLUGIN_PATH}/enable", {"timeout": "0"}),
        post(f"{PLUGIN_PATH}/enable", {"timeout": "0"}),
        get(f"{PLUGIN_PATH}/json", same=FACTS),
        get("/info"),
        post(f"{PLUGIN_PATH}/disable"),
        get("/plugins", same=FACTS),
        post(f"/plugins/{NOBODY}/enable", {"timeout": "0"}),
        post(f"/plugins/{NOBODY}/disable"),
    ),
)

STORIES = (IMAGES, IMAGES_IN_USE, NETWORKS, JOINED, VOLUMES, ENGINE, OLDER, EVENTS, PLUGINS)
