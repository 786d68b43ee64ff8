"""Before a cutover every known instance of the service is tried out with the contract of the callers that are here."""

from __future__ import annotations

import pytest

from seamline.carve.move.errors import MoveRefused
from seamline.carve.versions import instances
from seamline.carve.versions.tests.test_checking import Removed
from seamline.contract import Contract
from seamline.modules.registry import hosted_modules
from seamline.testing.live import live_deployable

pytestmark = pytest.mark.usefixtures("database")
MODULE = next(module.name for module in hosted_modules() if module.contract is not None)
AWAY = "http://127.0.0.1:9"


def test_service_of_the_same_version_fits_and_one_that_does_not_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    with live_deployable() as url:
        monkeypatch.setattr(instances, "service_addresses", lambda module: (AWAY, url))
        instances.ensure_service_fits(MODULE, started=url, say=said.append)
        assert f"the service at {url} understands its callers" in said
        assert sum("does not answer" in text for text in said) == 1
        offered: dict[str, tuple[type[Contract], None]] = {MODULE: (Removed, None)}
        monkeypatch.setattr("seamline.carve.versions.answering.hosted_here", offered.get)
        with pytest.raises(MoveRefused, match=f"does not understand the callers of '{MODULE}' here:\n.*is gone"):
            instances.ensure_service_fits(MODULE, started=url)


def test_service_that_nobody_can_ask_is_refused_and_one_that_is_not_registered_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(instances, "service_addresses", lambda module: ())
    with pytest.raises(MoveRefused, match="could not be asked for its contract"):
        instances.ensure_service_fits(MODULE, started=AWAY)
    said: list[str] = []
    instances.ensure_service_fits(MODULE, say=said.append)
    assert said == [f"no instance of {MODULE}'s service is registered: its contract was not tried out"]


def test_instances_of_other_deployables_are_found_and_draining_ones_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from seamline.discovery import Instance
    from seamline.discovery.instance import InstanceState

    def known(number: int, **values: object) -> Instance:
        fields = {"modules": (MODULE,), "group": "another"} | values
        return Instance(id=str(number), url=f"http://127.0.0.1:{number}", **fields)  # type: ignore[arg-type]

    class Known:
        def instances(self) -> tuple[Instance, ...]:
            return (
                known(1),
                known(2, modules=("other",), standby=(MODULE,)),
                known(3, modules=("other",)),
                known(4, state=InstanceState.DRAINING),
                known(5, group=instances.own_group()),
            )

    monkeypatch.setattr(instances, "directory", Known)
    assert instances.service_addresses(MODULE) == ("http://127.0.0.1:1", "http://127.0.0.1:2")
