"""The check of where events leave to, with planted faults."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.checks.externalise import check_externalise, target_findings

KNOWN = {"orders": {"orders.order_placed", "orders.order_cancelled"}, "catalog": {"catalog.product_changed"}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "orders=amqp://guest:guest@localhost:5672//",
        "orders=amqps://broker/shop?exchange=shop.events&start=beginning,catalog=rediss://:x@cache:6380/2?maxlen=0",
        "all=valkey://localhost#one, all=redis://localhost?prefix=shop:&max_bytes=1000#two,",
        "orders=redis://[::1]:6379/0,catalog=redis://localhost",
        "orders=redis://localhost?event=orders.order_placed&event=orders.order_cancelled&source=https://shop.example",
        "all=amqp://localhost?event=catalog.product_changed",
    ],
)
def test_sound_settings_pass(text: str) -> None:
    assert list(target_findings(text, known=KNOWN)) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("amqp://guest:hidden@localhost", "part 1 is no module=URL"),
        ("orders=redis://:hid,den@localhost", "part 2 is no module=URL"),
        ("sales=amqp://guest:hidden@localhost", "names 'sales', and no contract declares such a module"),
        ("orders=kafka://guest:hidden@localhost", "part 1 (orders) has the scheme 'kafka'"),
        ("orders=amqp://guest:hidden@localhost:port", "host or port cannot be read"),
        ("orders=amqp://guest:1#hidden@localhost", "these are written %3F and %23"),
        ("orders=amqp://guest:1?hidden@localhost", "these are written %3F and %23"),
        ("orders=amqp://", "URL without a host"),
        ("orders=redis://:hidden@localhost?exchange=x", "has the option 'exchange'"),
        ("orders=redis://:hidden@localhost?maxlen=many", "maxlen='many'"),
        ("orders=redis://:hidden@localhost?max_bytes=0", "max_bytes='0'"),
        ("orders=redis://:hidden@localhost?start=yesterday", "start='yesterday'"),
        ("orders=redis://:hidden@localhost?prefix=a%20b", "prefix='a b'"),
        ("orders=redis://:hidden@localhost?source=a%20b", "source='a b'"),
        ("orders=redis://:hidden@localhost?source=/", "source='/'"),
        ("orders=redis://:hidden@localhost?event=", "event=''"),
        ("orders=redis://:hidden@localhost?event=orders.paid", "event=orders.paid for 'orders'"),
        ("orders=redis://:hidden@localhost?event=catalog.product_changed", "publishes no such event"),
        ("all=redis://:hidden@localhost?event=orders.paid", "event=orders.paid for 'all'"),
        ("orders=redis://:hidden@localhost#Upper", "the name 'Upper'"),
        ("orders=redis://:hidden@one,all=redis://:hidden@two", "two targets named 'redis'"),
    ],
)
def test_target_that_cannot_be_used_is_found_and_no_password_shown(text: str, problem: str) -> None:
    findings = list(target_findings(text, known=KNOWN))
    assert {finding.id for finding in findings} == {"seamline.E027"}
    assert problem in "; ".join(finding.problem for finding in findings)
    for shown in ("hid", "den"):
        assert shown not in "".join(finding.problem + finding.hint for finding in findings)


def test_the_check_reads_the_setting(settings: Any) -> None:
    settings.SEAMLINE_EXTERNALISE = "nobody=redis://localhost"
    assert [message.id for message in check_externalise(None)] == ["seamline.E027"]
    settings.SEAMLINE_EXTERNALISE = "orders=redis://localhost"
    assert check_externalise(None) == []
