"""What operators and their monitoring see of the whole shop, at the addresses where it is served."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from seamline.modules import hosted_modules

pytestmark = pytest.mark.usefixtures("database")


def subscriptions_of_the_shop() -> set[str]:
    return {subscription.name for module in hosted_modules() for subscription in module.subscriptions}


def test_prometheus_sees_every_subscription_of_the_shop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SEAMLINE_METRICS_TOKEN", "a token")
    assert Client().get("/metrics").status_code == 401
    answer = Client().get("/metrics", headers={"Authorization": "Bearer a token"})
    families = {family.name: family for family in text_string_to_metric_families(answer.content.decode())}
    told = {each.labels["subscription"] for each in families["seamline_subscription_lag_events"].samples}
    assert told == subscriptions_of_the_shop() != set()


def test_operators_alone_see_the_same_as_json() -> None:
    client = Client()
    assert client.get("/api/v1/operations/events").status_code in (401, 403)
    client.force_login(User.objects.create_user("customer", password="long enough"))
    assert client.get("/api/v1/operations/events").status_code in (401, 403)
    client.force_login(User.objects.create_user("watcher", password="long enough", is_staff=True))
    answer = client.get("/api/v1/operations/events")
    assert answer.status_code == 200
    assert {each["subscription"] for each in json.loads(answer.content)["subscriptions"]} == subscriptions_of_the_shop()
