"""Products that run out, as events tell it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0002_movements_are_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="StockWatchSale",
            fields=[
                ("order_id", models.UUIDField(primary_key=True, serialize=False, verbose_name="order")),
            ],
            options={
                "verbose_name": "watched sale",
                "db_table": "stock_watch_sale",
            },
        ),
        migrations.CreateModel(
            name="StockWatch",
            fields=[
                ("sku", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="stock code")),
                ("on_hand", models.BigIntegerField(default=0)),
                ("reserved", models.BigIntegerField(default=0)),
                (
                    "level",
                    models.CharField(
                        choices=[("enough", "Enough"), ("low", "Low"), ("out", "Sold out")], max_length=10
                    ),
                ),
                ("since", models.DateTimeField()),
            ],
            options={
                "verbose_name": "stock alert",
                "verbose_name_plural": "stock alerts",
                "db_table": "stock_watch",
                "indexes": [
                    models.Index(
                        condition=models.Q(("level", "enough"), _negated=True),
                        fields=["level", "since"],
                        name="stock_watch_alerts",
                    )
                ],
            },
        ),
    ]
