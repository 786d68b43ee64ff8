"""``python -m benchmarks.prepare_shop ADMIN_URL PRODUCTS``: schemas, tables, products with ample stock; prints skus."""

from __future__ import annotations

import json
import os
import sys
from decimal import Decimal

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from django.conf import settings  # noqa: E402

from contracts.catalog import Catalog, CategoryDraft, ProductDraft  # noqa: E402
from contracts.inventory import Inventory, StockRecord  # noqa: E402
from contracts.kernel import Money, Sku  # noqa: E402
from seamline.calls import use  # noqa: E402
from seamline.data.migration import migrate_all  # noqa: E402
from seamline.data.provision import provision_hosted  # noqa: E402

provision_hosted(admin_url=sys.argv[1], secret=settings.SEAMLINE_SECRET)
migrate_all()
skus = [Sku(f"BENCH{number}") for number in range(int(sys.argv[2]))]
price = Money(amount=Decimal("2.50"))
use(Catalog).put_products(
    categories=(CategoryDraft(slug="bench", name="Bench"),),
    products=tuple(ProductDraft(sku=sku, name=f"Product {sku}", price=price, category="bench") for sku in skus),
)
use(Inventory).put_stock(
    records=tuple(StockRecord(sku=sku, received=1_000_000, sold=0, returned=0, corrected=0) for sku in skus)
)
print(json.dumps(skus))
