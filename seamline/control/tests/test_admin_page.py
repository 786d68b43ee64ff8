"""The control room in the admin: who sees it, who finds buttons, and what they do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from seamline.control import acts, overview
from seamline.control.table import TableBoard
from seamline.control.tests.test_boards import HAPPENED, REPORT
from seamline.resilience.breaker import BreakerState

pytestmark = pytest.mark.usefixtures("database")
PAGE = "/admin/seamline_platform/control/"
ORDER = {"callee": "payments", "reason": "the <provider> is down", "order": "forced_open"}


def client(*permissions: str, staff: bool = True) -> Client:
    user = User.objects.create_user("ann", password="long enough", is_staff=staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    made = Client()
    made.force_login(user)
    return made


def test_operators_see_breakers_faults_and_history_and_no_button_without_the_permission() -> None:
    board = TableBoard()
    board.exchange(report=REPORT, happened=[HAPPENED])
    board.close()
    watcher = client()
    page = watcher.get(PAGE)
    assert page.status_code == 200
    text = page.content.decode()
    assert "1 of 1, needs 2" in text
    assert "closed → open" in text
    assert "Force open" not in text
    assert watcher.post(PAGE, ORDER).status_code == 403
    assert acts() == ()
    assert "Control of calls" in watcher.get("/admin/").content.decode()


def test_nobody_else_sees_it() -> None:
    assert Client().get(PAGE).status_code == 302
    assert client(staff=False).get(PAGE).status_code == 302


def test_buttons_force_and_release_with_a_reason_in_the_operator_s_name() -> None:
    operator = client("control_calls")
    text = operator.get(PAGE).content.decode()
    for label, value in (("Force open", "forced_open"), ("Force closed", "forced_closed"), ("Release", "release")):
        assert label in text
        assert f'value="{value}"' in text
    assert operator.post(PAGE, {**ORDER, "reason": " "}).status_code == 200
    assert operator.post(PAGE, {**ORDER, "order": "open"}).status_code == 200
    assert operator.post(PAGE, {**ORDER, "callee": "nowhere"}).status_code == 200
    assert acts() == ()
    assert operator.post(PAGE, ORDER).status_code == 302
    (forced,) = overview().orders.breakers
    assert (forced.state, forced.actor) == (BreakerState.FORCED_OPEN, "operator:ann")
    page = operator.get(PAGE).content.decode()
    assert "the &lt;provider&gt; is down" in page
    assert "<provider>" not in page
    assert operator.post(PAGE, {**ORDER, "order": "release"}).status_code == 302
    assert overview().orders.breakers == ()
    again = operator.post(PAGE, {**ORDER, "order": "release"})
    assert "is not forced" in again.content.decode()


def test_orders_from_other_sites_are_refused() -> None:
    User.objects.create_superuser("root", password="long enough")
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="root", password="long enough")
    assert strict.post(PAGE, ORDER).status_code == 403
    assert acts() == ()
