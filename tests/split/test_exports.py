"""What ``manage.py split export`` writes: a Procfile that runs, and a file for Compose.

There is no Docker engine where these tests run: the file for Compose is read and compared, never started.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from seamline.embedded.ports import free_port, is_free
from seamline.testing import wait_until
from tests.deployables import ROOT, answers, buy, project_copy, some_skus
from tests.split.procfile import entries, running
from tests.split.shop import environment


def manage(*words: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command of the project."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_examples_in_deploy_are_what_the_command_writes() -> None:
    for name, kind in (("Procfile", "procfile"), ("compose.yaml", "compose")):
        answer = manage("split", "export", "--split", "orders,payments", "--format", kind)
        assert answer.returncode == 0, answer.stderr
        assert (ROOT / "deploy" / name).read_text() == answer.stdout, f"write deploy/{name} anew with this command"


def test_every_module_has_one_home_in_compose_and_no_password_is_written() -> None:
    document = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    services = document["services"]
    shops = {name: service for name, service in services.items() if "build" in service}
    hosted = [module for each in shops.values() for module in each["environment"]["SEAMLINE_MODULES"].split(",")]
    assert sorted(hosted) == sorted(path.parent.name for path in ROOT.glob("modules/*/module.py"))
    for name, service in shops.items():
        told = service["environment"]
        (database,) = service["depends_on"]
        assert f"@{database}:5432/" in told["DATABASE_URL"]
        assert services[database]["volumes"][0].partition(":")[0] in document["volumes"]
        assert told["SEAMLINE_ADVERTISE"] == f"http://{name}:8000"
        assert told["SEAMLINE_REGISTRY"] == ("" if name == "hub" else "http://hub:8000")
        assert name in told["ALLOWED_HOSTS"].split(",")
        assert told["SEAMLINE_SECRET"].startswith("${SEAMLINE_SECRET:?")
        assert ("ports" in service) == (name == "hub")
    assert {service["environment"]["POSTGRES_PASSWORD"] for service in services.values() if "build" not in service} == {
        "${POSTGRES_PASSWORD:?give one}"
    }
    assert len({service["environment"]["DATABASE_URL"] for service in shops.values()}) == len(shops)
    assert (ROOT / "deploy/Dockerfile").read_text().startswith("#")


def test_wrong_usage_is_told_apart() -> None:
    unknown = manage("split", "export", "--split", "ordes")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "There is no module 'ordes'" in unknown.stderr
    assert manage("split", "show", "--split", "orders", "--format", "compose").returncode == 2
    assert manage("split", "show").returncode == 2
    shown = json.loads(manage("split", "show", "--split", "orders", "--format", "json").stdout)
    assert [each["name"] for each in shown["deployables"]] == ["hub", "orders"]


@pytest.mark.split_run
def test_processes_of_the_procfile_find_each_other_and_sell(tmp_path: Path) -> None:
    root = project_copy(tmp_path)
    port = next(port for port in iter(free_port, 0) if is_free(port + 1))
    exported = manage("split", "export", "--split", "orders+payments", "--port", str(port), folder=root)
    assert exported.returncode == 0, exported.stderr
    commands = {
        name: command.replace(".venv/bin/python", sys.executable) for name, command in entries(exported.stdout).items()
    }
    assert list(commands) == ["hub", "orders-payments"]
    address = f"http://127.0.0.1:{port}"
    # The hub comes last: the others wait for it, and it waits for them before it loads its data.
    with running(dict(reversed(commands.items())), folder=root, environment=environment()) as processes:
        wait_until(lambda: answers(address, processes["hub"]), seconds=90, every=0.2, what="the hub")
        log = root / "procfile.log"
        wait_until(lambda: "Ctrl-C stops everything" in log.read_text() and some_skus(address), seconds=90, what="data")
        wait_until(lambda: log.read_text().count("Ctrl-C stops everything") == 2, seconds=30, what="both processes")
        assert buy(address)
    assert is_free(port)
