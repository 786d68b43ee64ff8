"""``python -m tests.soak.prepare ADMIN_URL``: schemas, tables and twenty products with ample stock; prints the skus."""

from __future__ import annotations

import json
import sys
from decimal import Decimal

import django

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
skus = [Sku(f"SOAK{number}") for number in range(20)]
use(Catalog).put_products(
    categories=(CategoryDraft(slug="soak", name="Soak"),),
    products=tuple(
        ProductDraft(sku=sku, name=f"Product {sku}", price=Money(amount=Decimal("2.50")), category="soak")
        for sku in skus
    ),
)
use(Inventory).put_stock(
    records=tuple(StockRecord(sku=sku, received=1_000_000, sold=0, returned=0, corrected=0) for sku in skus)
)
sys.stdout.write(json.dumps(skus) + "\n")
