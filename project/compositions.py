"""What the front door composes of several modules' answers: declarations alone, read by ``manage.py gateway``."""

from __future__ import annotations

from seamline.gateway.caching import CacheRule
from seamline.gateway.composition import Composition, Part

PRODUCT = Composition(
    path="/api/v1/pages/product/{sku}",
    timeout=2.0,
    parts=(
        Part(name="product", target="/api/v1/catalog/products/{sku}/", required=True, public=True, stale_seconds=30),
        Part(name="stock", target="/api/v1/inventory/levels/?sku={sku}", timeout=0.5, public=True, stale_seconds=5),
        Part(
            name="also_bought",
            target="/api/v1/recommendations/also-bought/{sku}/",
            timeout=0.4,
            fallbacks=("/api/v1/catalog/products/?category={product.category}&limit=6",),
            default=[],
            stale_seconds=3600,
            public=True,
        ),
    ),
)
ACCOUNT = Composition(
    path="/api/v1/pages/account",
    timeout=3.0,
    parts=(
        Part(name="customer", target="/api/v1/customers/me/", required=True),
        Part(name="orders", target="/api/v1/orders/orders/?limit=10", timeout=1.5, stale_seconds=60),
        Part(name="suggestions", target="/api/v1/recommendations/for-me/", timeout=0.4, default=[], stale_seconds=3600),
    ),
)
ORDER = Composition(
    path="/api/v1/pages/order/{order_id}",
    timeout=3.0,
    parts=(
        Part(name="order", target="/api/v1/orders/orders/{order_id}/", required=True),
        Part(name="payment", target="/api/v1/payments/{order_id}/", timeout=1.0),
    ),
)
COMPOSITIONS = (PRODUCT, ACCOUNT, ORDER)
CACHE_RULES = (
    CacheRule(prefix="/api/v1/catalog/products/", seconds=2),
    CacheRule(prefix="/api/v1/catalog/categories/", seconds=10),
)
"""Prices and stock may be seconds old on a page: the checkout asks again."""
