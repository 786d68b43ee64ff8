"""The customers' order history."""

from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="OrderSummary",
            fields=[
                ("order_id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.CharField(db_index=True, max_length=40)),
                ("customer_id", models.UUIDField(null=True)),
                ("channel", models.CharField(default="shop", max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("placed", "Placed"),
                            ("rejected", "Not completed"),
                            ("cancelled", "Cancelled"),
                            ("credit_note", "Credit note"),
                        ],
                        max_length=20,
                    ),
                ),
                ("placed_at", models.DateTimeField()),
                ("amount", models.DecimalField(decimal_places=2, default=Decimal("0"), max_digits=12)),
                ("currency", models.CharField(default="GBP", max_length=3)),
                ("units", models.IntegerField(default=0)),
                ("line_count", models.IntegerField(default=0)),
                ("preview", models.JSONField(default=list)),
                ("country", models.CharField(default="", max_length=80)),
            ],
            options={
                "verbose_name": "order in history",
                "verbose_name_plural": "order history",
                "ordering": ["-placed_at"],
                "indexes": [
                    models.Index(
                        models.F("customer_id"),
                        models.OrderBy(models.F("placed_at"), descending=True),
                        name="order_history_of_customer",
                    ),
                    models.Index(models.OrderBy(models.F("placed_at"), descending=True), name="order_history_newest"),
                ],
            },
        ),
    ]
