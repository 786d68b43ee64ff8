"""The sample modules of the events' tests: a purse lives in the shop's log."""

from __future__ import annotations

from seamline.events.tests.conftest import _sample_schemas, shop, shop_connection

__all__ = ["_sample_schemas", "shop", "shop_connection"]
