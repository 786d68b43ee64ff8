"""Baskets as they were bought, and what was learned from them."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Generation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("built_at", models.DateTimeField(auto_now_add=True)),
                ("is_live", models.BooleanField(default=False)),
                (
                    "known",
                    models.PositiveIntegerField(help_text="Baskets, returns and cancellations when it was learned."),
                ),
                ("baskets", models.PositiveIntegerField(help_text="Sales that it was learned from.")),
                ("products", models.PositiveIntegerField(help_text="Products that have neighbours.")),
                ("seconds", models.FloatField(help_text="How long learning took.")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_live", True)), fields=("is_live",), name="one_live_generation"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RecordedBasket",
            fields=[
                ("order_id", models.UUIDField(primary_key=True, serialize=False)),
                ("customer_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("sale", "sale"), ("return", "return"), ("cancelled", "cancelled")], max_length=9
                    ),
                ),
                (
                    "skus",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None),
                ),
                ("units", django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None)),
            ],
            options={
                "verbose_name": "basket",
                "indexes": [
                    models.Index(
                        condition=models.Q(("customer_id__isnull", False)),
                        fields=["customer_id", "at"],
                        name="basket_customer",
                    ),
                    models.Index(fields=["-at"], name="basket_newest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductNeighbours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sku", models.CharField(max_length=64)),
                (
                    "neighbours",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=64), size=None),
                ),
                ("strengths", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                (
                    "together",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), help_text="Baskets that hold both.", size=None
                    ),
                ),
                (
                    "generation",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="recommendations.generation"),
                ),
            ],
            options={
                "verbose_name": "neighbours of a product",
                "verbose_name_plural": "neighbours of products",
                "constraints": [
                    models.UniqueConstraint(fields=("generation", "sku"), name="neighbours_once_a_generation")
                ],
            },
        ),
    ]
