"""The table as an HTTPRoute of Kubernetes' Gateway API, in JSON; each module is a Service of its own name."""

from __future__ import annotations

import json
from typing import Any

from seamline.gateway.export.table import DROPPED, Table

PORT = 8000


def kubernetes(table: Table, *, gateway: str = "seamline", port: int = PORT) -> str:
    """The manifest. Hidden paths have no Service behind them: the Gateway API answers 500 there, never a module.

    :param gateway: the Gateway that the route is attached to.
    :param port: of the modules' Services.
    """
    dropped = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": list(DROPPED)}}
    rules: list[dict[str, Any]] = [
        {"matches": [{"path": {"type": "PathPrefix", "value": prefix.rstrip("/")}}], "backendRefs": []}
        for prefix in table.hidden
    ]
    for kind, routes in (("Exact", table.exact), ("PathPrefix", table.routes)):
        rules += [
            {
                "matches": [{"path": {"type": kind, "value": route.prefix}}],
                "filters": [dropped],
                "timeouts": {"request": f"{route.timeout:g}s"},
                "backendRefs": [{"name": route.module, "port": port}],
            }
            for route in routes
        ]
    manifest = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "seamline"},
        "spec": {"parentRefs": [{"name": gateway}], "rules": rules},
    }
    return json.dumps(manifest, indent=2) + "\n"
