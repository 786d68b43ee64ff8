"""Splits as values: who hosts what, where, and with which environment."""

from __future__ import annotations

import pytest

from seamline.embedded.ports import free_port
from seamline.split import WrongSplit, plan_of
from seamline.split.places import environment_of, local_places

MODULES = ("catalog", "orders", "payments", "read_models", "storefront")


def plan(text: str) -> dict[str, tuple[str, ...]]:
    made = plan_of(text, modules=MODULES, stays="storefront")
    return {deployable.name: deployable.modules for deployable in made.deployables}


def test_hub_hosts_what_nobody_else_does() -> None:
    assert plan("orders,payments") == {
        "hub": ("catalog", "read_models", "storefront"),
        "orders": ("orders",),
        "payments": ("payments",),
    }


def test_group_is_one_deployable_with_a_name_fit_for_a_host() -> None:
    assert plan("orders+read_models") == {
        "hub": ("catalog", "payments", "storefront"),
        "orders-read-models": ("orders", "read_models"),
    }


def test_all_leaves_the_hub_its_own_module_alone() -> None:
    made = plan("all")
    assert made["hub"] == ("storefront",)
    assert sorted(modules for name, modules in made.items() if name != "hub") == [
        (module,) for module in MODULES if module != "storefront"
    ]


@pytest.mark.parametrize("text", ["", "nowhere", "orders,orders", "storefront", "orders;payments", "../orders"])
def test_wrong_split_says_what_to_give(text: str) -> None:
    with pytest.raises(WrongSplit, match="such as 'orders,payments'"):
        plan(text)


def test_places_have_ports_and_servers_of_their_own_and_find_the_hub() -> None:
    port = free_port()
    places = local_places(
        plan_of("orders,payments", modules=MODULES, stays="storefront"),
        port=port,
        environment={"ORDERS_DATABASE_URL": "postgresql://a@db/orders", "DATABASE_URL": "postgresql://a@db/shop"},
    )
    hub, orders, payments = places
    assert hub.port == port
    assert len({place.port for place in places}) == 3
    assert (orders.database_url, payments.database_url) == ("postgresql://a@db/orders", "")
    assert [place.server_name for place in places] == ["", "orders", "payments"]
    assert environment_of(hub, places=places)["SEAMLINE_REGISTRY"] == ""
    assert environment_of(orders, places=places) == {
        "SEAMLINE_MODULES": "orders",
        "SEAMLINE_SPLIT": "",
        "SEAMLINE_POSTGRES": "orders",
        "DATABASE_URL": "postgresql://a@db/orders",
        "SEAMLINE_REGISTRY": hub.url,
        "SEAMLINE_ADVERTISE": orders.url,
    }
