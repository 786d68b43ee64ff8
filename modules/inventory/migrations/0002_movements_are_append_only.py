"""The history of stock is only ever added to."""

from __future__ import annotations

from django.db import migrations

from seamline.data.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [append_only("stock_movement")]
