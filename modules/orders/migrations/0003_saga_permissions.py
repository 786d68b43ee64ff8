"""What operators may do with a saga, each with a permission of its own."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_order_number")]
    operations = [
        migrations.AlterModelOptions(
            name="sagainstance",
            options={
                "managed": False,
                "permissions": (
                    ("retry_sagainstance", "Can have a saga's step tried again at once"),
                    ("skip_sagainstance", "Can have a saga go on without a step"),
                    ("compensate_sagainstance", "Can turn a saga back"),
                ),
                "verbose_name": "saga",
            },
        ),
    ]
