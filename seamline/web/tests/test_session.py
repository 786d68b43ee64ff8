"""Logging in in a browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.db import SessionStore

from seamline.web.session import CUSTOMER_ID, is_outlived, log_in_customer

pytestmark = pytest.mark.usefixtures("database")


def test_login_takes_a_new_key_and_keeps_what_the_guest_did() -> None:
    session = SessionStore()
    session["cart_id"] = "a"
    session.save()
    before, customer = session.session_key, uuid4()
    log_in_customer(session, customer)
    session.save()
    assert session.session_key != before
    assert not SessionStore().exists(before)
    assert (session["cart_id"], session[CUSTOMER_ID]) == ("a", str(customer))


def test_another_customer_in_the_same_browser_finds_nothing_of_the_first() -> None:
    session = SessionStore()
    log_in_customer(session, uuid4())
    session["cart_id"] = "the first one's"
    session.save()
    log_in_customer(session, uuid4())
    assert "cart_id" not in session


def test_session_is_outlived_by_a_later_password_alone() -> None:
    session = SessionStore()
    assert is_outlived(session, credentials_changed_at=None)  # nobody logged in
    log_in_customer(session, uuid4())
    now = datetime.now(UTC)
    assert not is_outlived(session, credentials_changed_at=None)
    assert not is_outlived(session, credentials_changed_at=now - timedelta(minutes=1))
    assert is_outlived(session, credentials_changed_at=now + timedelta(minutes=1))
