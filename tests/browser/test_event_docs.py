"""The page about events in a browser: every event can be reached, it fits, and nothing leaves the machine."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def test_event_is_found_with_its_fields_subscribers_example_and_history(page: Page) -> None:
    page.goto("/api/docs/")
    expect(page.get_by_role("link", name="events", exact=True)).to_have_attribute("href", "/api/events/docs/")
    page.goto("/api/events/docs/")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("link", name="OrderPlaced", exact=True).click()
    expect(page).to_have_url(re.compile(r"#orders\.order_placed$"))
    event = page.locator("[id='orders.order_placed']")
    expect(event).to_be_in_viewport()
    for text in ("notifications.tell_buyers", "customer_id", "uuid or null", "list of OrderLine"):
        expect(event).to_contain_text(text)
    event.get_by_text("Example", exact=True).click()
    expect(event.locator("pre")).to_be_visible()
    event.get_by_text("History", exact=True).click()
    expect(event.locator(".history")).to_contain_text("first released")
    page.get_by_role("link", name="AsyncAPI 3.0, JSON").click()
    expect(page.locator("body")).to_contain_text('"asyncapi": "3.0.0"')
