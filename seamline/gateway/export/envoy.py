"""The table as Envoy's static configuration, in JSON, which Envoy reads as well as YAML."""

from __future__ import annotations

import json
from typing import Any

from seamline.gateway.export.table import DROPPED, Table
from seamline.gateway.routes import Route

_MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"


def envoy(table: Table, *, host: str = "127.0.0.1", port: int = 8080) -> str:
    """The configuration."""
    hidden = [{"match": {"prefix": prefix}, "direct_response": {"status": 404}} for prefix in table.hidden]
    exact = [_route({"path": route.prefix}, route) for route in table.exact]
    prefixed = [_route({"prefix": route.prefix}, route) for route in table.routes]
    manager: dict[str, Any] = {
        "@type": _MANAGER,
        "stat_prefix": "seamline",
        "normalize_path": True,
        "merge_slashes": False,
        "path_with_escaped_slashes_action": "REJECT_REQUEST",
        "use_remote_address": True,
        "request_headers_timeout": "10s",
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "common_http_protocol_options": {"headers_with_underscores_action": "DROP_HEADER"},
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "request_headers_to_remove": [name.lower() for name in DROPPED],
                    "routes": [*hidden, *exact, *prefixed],
                }
            ]
        },
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}}],
    }
    configuration = {
        "static_resources": {
            "listeners": [
                {
                    "name": "door",
                    "address": _address(host, port),
                    "filter_chains": [
                        {
                            "filters": [
                                {"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}
                            ]
                        }
                    ],
                }
            ],
            "clusters": [_cluster(module, addresses) for module, addresses in table.upstreams.items()],
        }
    }
    return json.dumps(configuration, indent=2) + "\n"


def _route(match: dict[str, str], route: Route) -> dict[str, Any]:
    retry = {"retry_on": "connect-failure,refused-stream,reset-before-request", "num_retries": 1}
    return {
        "match": match,
        "route": {"cluster": route.module, "timeout": f"{route.timeout:g}s", "retry_policy": retry},
    }


def _cluster(module: str, addresses: tuple[str, ...]) -> dict[str, Any]:
    endpoints = []
    for address in addresses:
        host, _, port = address.rpartition(":")
        endpoints.append({"endpoint": {"address": _address(host.strip("[]"), int(port))}})
    return {
        "name": module,
        "type": "STRICT_DNS",
        "lb_policy": "LEAST_REQUEST",
        "connect_timeout": "1s",
        "outlier_detection": {"consecutive_5xx": 5, "base_ejection_time": "2s", "max_ejection_percent": 50},
        "load_assignment": {"cluster_name": module, "endpoints": [{"lb_endpoints": endpoints}]},
    }


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}
