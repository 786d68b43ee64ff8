"""What Prometheus reads: valid by its own parser, true to the state, and shown to nobody else."""

from __future__ import annotations

import json
import os
import re
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families

from seamline.events import drain, start_dispatcher, stop_dispatcher
from seamline.events.tests import sample
from seamline.events.tests.conftest import _sample_schemas, shop, shop_connection  # noqa: F401 - fixtures
from seamline.events.tests.sample import LEDGER, SHOP, sell, subscription
from seamline.metrics.exposition import exposition

pytestmark = [pytest.mark.usefixtures("shop"), pytest.mark.urls("seamline.metrics.tests.urls")]
TOKEN = "a token for scraping"
BOOK = {"subscription": f"{LEDGER}.book", "publisher": SHOP}


def samples(text: bytes) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Each sample of the text by its name and labels; its parser refuses what is not valid."""
    found = {}
    for family in text_string_to_metric_families(text.decode()):
        assert family.documentation
        for each in family.samples:
            found[each.name, tuple(sorted(each.labels.items()))] = each.value
    return found


def value(name: str, text: bytes | None = None, **labels: str) -> float:
    return samples(text or exposition("")[0])[name, tuple(sorted(labels.items()))]


def test_exposition_tells_the_state_of_each_partition() -> None:
    def fail(delivery: Any) -> None:
        if delivery.event.item == "plum":
            raise ValueError("poison")

    sample.host(subscription(partitions=2))
    sample.behaviour["handle"] = fail
    sell(1, 2, item="plum")
    sell(1, item="pear")
    drain(allow_parked=True)
    sell(3, item="pear")
    text = exposition("")[0]

    def total(name: str) -> float:
        return sum(value(name, text, **BOOK, partition=partition) for partition in ("0", "1"))

    assert total("seamline_subscription_lag_events") == 1
    assert total("seamline_subscription_lag_seconds") > 0
    assert total("seamline_subscription_handled_total") == 3
    assert total("seamline_subscription_failures_total") == 3
    assert total("seamline_subscription_parked_events") == 1
    assert total("seamline_subscription_waiting_events") == 1
    assert total("seamline_subscription_retrying_events") == 0
    assert total("seamline_subscription_rate_events_per_second") > 0
    assert total("seamline_subscription_reachable") == 2
    assert total("seamline_subscription_paused") == 0
    assert total("seamline_subscription_failing_since_timestamp_seconds") > 1_700_000_000
    assert value("seamline_log_head_position", text, publisher=SHOP) > 0
    assert value("seamline_log_appended_total", text, publisher=SHOP) > 0
    assert value("seamline_events_readable", text) == 1


def test_exposition_is_valid_in_both_formats_and_is_chosen_by_the_scraper() -> None:
    sample.host(subscription())
    plain, plain_type = exposition("text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
    opened, opened_type = exposition("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5")
    assert plain_type.startswith("text/plain")
    assert opened_type.startswith("application/openmetrics-text")
    names = {family.name for family in openmetrics_families(opened.decode())}
    assert {"seamline_subscription_lag_events", "seamline_subscription_handled"} <= names
    assert samples(plain)


def test_names_and_units_keep_to_the_conventions_of_prometheus() -> None:
    sample.host(subscription())
    for family in text_string_to_metric_families(exposition("")[0].decode()):
        assert re.fullmatch(r"(seamline|process)_[a-z_]+", family.name)
        assert all(each.name.endswith("_total") == (family.type == "counter") for each in family.samples)
        assert not re.search(r"(milli|micro|minute|hour|kilo)", family.name)


def test_open_writer_that_holds_the_log_back_is_a_metric(shop_connection: psycopg.Connection) -> None:  # noqa: F811
    sample.host(subscription())
    assert value("seamline_log_open_writers", publisher=SHOP) == 0
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'x', '{}')"
    )
    shop_connection.execute("PREPARE TRANSACTION 'held by a test of metrics'")
    text = exposition("")[0]
    assert value("seamline_log_open_writers", text, publisher=SHOP) == 1
    assert value("seamline_log_open_writer_seconds", text, publisher=SHOP) > 0


def test_threads_and_memory_are_labelled_by_process() -> None:
    process = str(os.getpid())
    sample.host(subscription())
    assert value("seamline_dispatcher_threads", process=process, kind="lane") == 0
    start_dispatcher()
    try:
        assert value("seamline_dispatcher_threads", process=process, kind="lane") == 1
    finally:
        stop_dispatcher()
    finished = threading.Event()
    hanging = threading.Thread(target=finished.wait, name="seamline lane sample_ledger (left behind)")
    hanging.start()
    assert value("seamline_dispatcher_threads", process=process, kind="lane") == 0
    assert value("seamline_dispatcher_threads", process=process, kind="left_behind") == 1
    finished.set()
    hanging.join()
    assert value("process_resident_memory_bytes", process=process) > 1_000_000


def test_database_out_of_reach_is_told_and_the_process_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    sample.host(subscription())
    from django.db import connections

    connections[LEDGER].close()
    monkeypatch.setitem(connections[LEDGER].settings_dict, "PORT", "1")
    text = exposition("")[0]
    assert value("seamline_events_readable", text) == 0
    assert value("process_resident_memory_bytes", text, process=str(os.getpid())) > 0


def test_without_a_token_only_this_machine_looks_and_only_while_debugging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SEAMLINE_METRICS_TOKEN", "")
    monkeypatch.setattr(settings, "DEBUG", True)
    client = Client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 403
    assert client.post("/metrics").status_code in (403, 405)
    monkeypatch.setattr(settings, "DEBUG", False)
    refused = client.get("/metrics")
    assert (refused.status_code, b"set SEAMLINE_METRICS_TOKEN" in refused.content) == (403, True)
    assert b"lag" not in refused.content


def test_with_a_token_it_is_asked_of_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SEAMLINE_METRICS_TOKEN", TOKEN)
    client = Client()
    answered = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, REMOTE_ADDR="192.0.2.1")
    assert answered.status_code == 200
    assert "no-store" in answered.headers["Cache-Control"]
    for shown in ("", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xfc"):
        refused = client.get("/metrics", headers={"Authorization": shown})
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
        assert TOKEN.encode() not in refused.content


def test_operators_have_the_same_as_json_and_nobody_else_has() -> None:
    sample.host(subscription(partitions=2))
    sell(1)
    drain()
    client = Client()
    refused = client.get("/api/v1/operations/events")
    assert refused.status_code in (401, 403)
    assert refused.headers["Content-Type"] == "application/problem+json"
    user = User.objects.create_user("watcher", password="long enough", is_staff=True)
    client.force_login(user)
    answer = client.get("/api/v1/operations/events")
    assert answer.status_code == 200
    state = json.loads(answer.content)
    assert [(each["partition"], each["handled"]) for each in state["subscriptions"]] == [(None, 1)]
    assert [each["partition"] for each in state["partitions"]] == [0, 1]
    assert {each["publisher"] for each in state["logs"]} >= {SHOP}


def test_document_of_the_api_describes_every_field() -> None:
    from seamline.events import Lag, Log, OpenWriter
    from seamline.metrics import EventState
    from seamline.metrics import serializers as described

    pairs = {
        Lag: described.LagSerializer,
        Log: described.LogSerializer,
        OpenWriter: described.OpenWriterSerializer,
        EventState: described.EventStateSerializer,
    }
    for kind, serializer in pairs.items():
        assert set(serializer().fields) == set(kind.__dataclass_fields__)


def test_every_metric_is_explained_in_the_docs_and_every_explained_one_exists(project_root: Path) -> None:
    sample.host(subscription())
    text = (project_root / "docs" / "events" / "observability.md").read_text()
    calls = (project_root / "docs" / "calls" / "telemetry.md").read_text()
    explained = set(re.findall(r"^\| `((?:seamline|process)_[a-z_]+)` ", text + calls, re.MULTILINE))
    families = text_string_to_metric_families(exposition("")[0].decode())
    told = {family.name + ("_total" if family.type == "counter" else "") for family in families}
    assert explained == told
    used = set(re.findall(r"\bseamline_[a-z_]+", text[text.index("### Alerts") :]))
    assert len(used) >= 5
    assert used <= told
