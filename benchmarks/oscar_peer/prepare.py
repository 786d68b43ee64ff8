"""``python -m oscar_peer.prepare PRODUCTS``: migrate, and put products with ample stock on sale; prints their ids."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oscar_peer.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402
from oscar.test.factories import create_product  # noqa: E402

call_command("migrate", verbosity=0)
get_model("address", "Country").objects.create(
    iso_3166_1_a2="GB", printable_name="United Kingdom", name="United Kingdom", is_shipping_country=True
)
products = [create_product(title=f"Product {n}", price="2.50", num_in_stock=1_000_000) for n in range(int(sys.argv[1]))]
print(json.dumps([product.pk for product in products]))
