"""The page: charts with a table beside each, for operators with the permission, safe whatever products are called."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from modules.analytics.application.count_pairs import count_pairs
from modules.analytics.tests.samples import ANN, cancelled, deliver, line, placed

PAGE = "/admin/analytics/salesreport/"


def browser(*, permission: str = "") -> Client:
    user = get_user_model().objects.create_user(f"operator {permission}", "", "a long password", is_staff=True)
    if permission:
        user.user_permissions.add(Permission.objects.get(content_type__app_label="analytics", codename=permission))
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.usefixtures("database")
def test_each_chart_has_words_and_a_table_beside_it() -> None:
    pair = (line("TEA", name="Tea <b>&"), line("CUP", name="Cup"))
    regretted = placed("2011-01-06", total="50.00")
    deliver(
        placed("2011-01-05", *pair, customer=ANN, total="1000.50"),
        regretted,
        placed("2011-02-05", *pair, customer=ANN, total="2000.00"),
        cancelled(regretted, on="2011-02-06"),
    )
    count_pairs()
    page = browser(permission="view_salesreport").get(PAGE)
    assert page.status_code == 200
    html = page.content.decode()
    labels = re.findall(r'<svg [^>]*aria-label="([^"]+)"', html)
    assert len(labels) == 6  # each for wide pages and for telephones
    assert "The highest is February 2011: £1,950.00." in labels[0]
    assert "no cohort is a month old yet" in labels[2]
    assert "Cup with Tea &lt;b&gt;&amp;, in 2 baskets" in labels[4]
    assert "<b>&" not in html
    assert html.count("<table") >= 3
    assert re.search(r"February 2011 <small>so far</small></th><td>1</td><td>£2,000.00</td><td>−£50.00</td>", html)
    assert "+85.6%" in html
    assert not re.search(r"\sstyle=", html.partition('class="report"')[2].partition("</main>")[0])


@pytest.mark.usefixtures("database")
def test_a_shop_without_orders_says_so() -> None:
    html = browser(permission="view_salesreport").get(PAGE).content.decode()
    assert "the figures come with the first order" in html


@pytest.mark.usefixtures("database")
def test_operators_without_the_permission_and_visitors_do_not_see_the_page() -> None:
    assert browser(permission="view_orderfact").get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


@pytest.mark.usefixtures("database")
def test_the_facts_can_be_read_and_not_edited() -> None:
    order = placed("2011-01-05")
    deliver(order)
    client = browser(permission="view_orderfact")
    assert client.get("/admin/analytics/orderfact/").status_code == 200
    assert client.get("/admin/analytics/orderfact/", {"q": str(order.order_id)}).status_code == 200
    assert client.get("/admin/analytics/orderfact/add/").status_code == 403
    assert client.post(f"/admin/analytics/orderfact/{order.order_id}/delete/").status_code == 403
