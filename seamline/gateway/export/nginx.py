"""The table as a file for the ``http`` block of nginx. Identity, composition and caching stay the gateway's."""

from __future__ import annotations

from seamline.gateway.export.table import DROPPED, Table
from seamline.gateway.routes import Route


def nginx(table: Table, *, listen: str = "127.0.0.1:8080") -> str:
    """The configuration.

    :param listen: as nginx writes it.
    """
    lines = [
        "# Written by 'manage.py gateway export --format nginx'; include it in the http block.",
        "map $http_upgrade $seamline_connection { default upgrade; '' ''; }",
        "map $http_x_request_id $seamline_request_id {",
        '    "~^[A-Za-z0-9._-]{8,64}$" $http_x_request_id;',
        "    default $request_id;",
        "}",
    ]
    for module, addresses in table.upstreams.items():
        servers = "".join(f" server {address} max_fails=3 fail_timeout=5s;" for address in addresses)
        lines.append(f"upstream seamline_{module} {{{servers} keepalive 64; }}")
    lines += [
        "server {",
        f"    listen {listen};",
        "    underscores_in_headers off;",
        "    merge_slashes off;",
        "    client_header_timeout 10s;",
        "    client_body_timeout 20s;",
        "    large_client_header_buffers 4 32k;",
        "    proxy_http_version 1.1;",
        "    proxy_buffering off;",
        "    proxy_request_buffering off;",
        "    proxy_connect_timeout 1s;",
        "    proxy_next_upstream error timeout;",
        "    proxy_next_upstream_tries 2;",
        "    proxy_set_header Host $host;",
        "    proxy_set_header Upgrade $http_upgrade;",
        "    proxy_set_header Connection $seamline_connection;",
        "    proxy_set_header X-Request-ID $seamline_request_id;",
        "    proxy_set_header X-Forwarded-For $remote_addr;",
        "    proxy_set_header X-Forwarded-Proto $scheme;",
        "    add_header X-Request-ID $seamline_request_id always;",
        *(f"    proxy_set_header {name} '';" for name in DROPPED),
        r'    if ($request_uri ~ "(//|/\.\.?(/|$|\?)|\x5c|%2[eEfF]|%5[cC]|%00)") { return 400; }',
    ]
    lines += [f"    location ^~ {prefix} {{ return 404; }}" for prefix in table.hidden]
    lines += [_location(f"= {route.prefix}", route) for route in table.exact]
    lines += [_location(f"^~ {route.prefix}" if route.prefix != "/" else "/", route) for route in table.routes]
    return "\n".join([*lines, "}", ""])


def _location(match: str, route: Route) -> str:
    seconds = max(1, round(route.timeout))
    return (
        f"    location {match} {{ proxy_pass http://seamline_{route.module}; proxy_read_timeout {seconds}s; "
        f"client_max_body_size {route.most_body}; }}"
    )
