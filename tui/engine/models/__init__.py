"""One frozen dataclass a kind, built from the Engine's list answers, with the Engine's exact strings."""

from __future__ import annotations

from tui.engine.models.container import Container, Mount, NetworkUse, Port
from tui.engine.models.image import Image
from tui.engine.models.network import Network
from tui.engine.models.volume import Volume

Model = Container | Image | Network | Volume

__all__ = ["Container", "Image", "Model", "Mount", "Network", "NetworkUse", "Port", "Volume"]
