"""The shop's own order numbers count up; a checkout that is rolled back leaves a hole."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunSQL("CREATE SEQUENCE order_number", "DROP SEQUENCE order_number")]
