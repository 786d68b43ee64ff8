"""Chromium, where it is installed, and the whole shop on a free port. Nothing is installed here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from contracts.catalog import Catalog, CategoryDraft, ProductDraft
from contracts.inventory import Inventory, StockRecord
from contracts.kernel import Money, Sku
from seamline.calls import use
from seamline.testing.live import live_deployable

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 90_000
"""Milliseconds until something must be seen: the first visit to processes that have just begun takes longest."""
PRODUCTS = (
    ("BAG1", "Red Retrospot Jumbo Bag", "bags", "2.08", 25),
    ("BAG2", "Lunch Bag Red Spotty", "bags", "1.65", 25),
    ("LIGHT1", "White Hanging Heart T-Light Holder", "lights", "2.95", 1),
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for the session."""
    if not CHROMIUM:
        pytest.skip("Chromium is not installed: browser tests are skipped (Debian: apt-get install chromium)")
    expect.set_options(timeout=PATIENCE)
    # Playwright keeps an event loop in this thread, and Django would refuse its database in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS), timeout=PATIENCE)
        yield browser
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def shop(database: None, browser: Browser) -> Iterator[str]:
    """The base URL of a shop with three products."""
    slugs = sorted({category for _, _, category, _, _ in PRODUCTS})
    use(Catalog).put_products(
        categories=tuple(CategoryDraft(slug=slug, name=slug.capitalize()) for slug in slugs),
        products=tuple(
            ProductDraft(sku=Sku(sku), name=name, price=Money(amount=Decimal(price)), category=category)
            for sku, name, category, price, _ in PRODUCTS
        ),
    )
    use(Inventory).put_stock(
        records=tuple(
            StockRecord(sku=Sku(sku), received=units, sold=0, returned=0, corrected=0)
            for sku, _, _, _, units in PRODUCTS
        )
    )
    with live_deployable() as url:
        yield url


@pytest.fixture(params=[(1280, 900), (390, 844)], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, shop: str) -> Iterator[Page]:
    """A fresh visitor's page; the test fails on a script error or a request that leaves the machine."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=shop)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
    page.on("request", lambda sent: None if sent.url.startswith((shop, "data:")) else troubles.append(sent.url))
    yield page
    context.close()
    assert troubles == []
