"""Docker, as Wharf sees it: endpoints, connections, models, streams. No screen code in here."""

from __future__ import annotations

import sys

# The SDK imports paramiko whenever it is installed, which costs 100 ms, and Wharf never uses it.
sys.modules.setdefault("paramiko", None)  # type: ignore[arg-type]
