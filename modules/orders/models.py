"""The tables of orders. Constraints state what must hold whatever the code does; no rule is decided here.

A cart is one row, so that one lock makes every change of it race-safe. Rows change through the SQL in ``infra/`` alone.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from contracts.orders import Channel, OrderState
from modules.orders.domain.checkout import LONGEST_EMAIL
from seamline.sagas import PERMISSIONS

LONGEST_SKU = 40


class Cart(models.Model):
    """What somebody wants to buy. ``lines`` holds pairs of stock code and quantity, in the order they were put in."""

    cart_id = models.UUIDField("cart", primary_key=True)
    customer_id = models.UUIDField("customer", null=True, blank=True)
    lines = models.JSONField(default=list)
    applied = ArrayField(models.CharField(max_length=32), default=list, db_default=[])
    """Digests of the last additions' idempotency keys, so that one that arrives again is not added again."""
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "cart"
        indexes = [
            models.Index(fields=["-updated_at"], name="cart_newest"),
            models.Index(fields=["customer_id"], name="cart_of_customer", condition=Q(customer_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.cart_id)


class Order(models.Model):
    """One order, or one sale or credit note taken over from elsewhere."""

    order_id = models.UUIDField("order", primary_key=True)
    number = models.CharField(max_length=32, unique=True)
    customer_id = models.UUIDField("customer", null=True, blank=True)
    email = models.CharField("e-mail", max_length=LONGEST_EMAIL, blank=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in OrderState])
    channel = models.CharField(max_length=10, choices=[(channel.value, channel.value) for channel in Channel])
    is_credit_note = models.BooleanField("credit note", default=False)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=120)
    ship_to = models.JSONField(null=True, blank=True)
    cart_id = models.UUIDField("cart", null=True, blank=True)
    placed_at = models.DateTimeField()
    rejection = models.CharField(max_length=100, blank=True)
    shortfalls = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "sales_order"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in OrderState]), name="sales_order_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[channel.value for channel in Channel]), name="sales_order_channel_known"
            ),
            models.CheckConstraint(
                condition=(Q(state=OrderState.REJECTED.value) & ~Q(rejection=""))
                | (~Q(state=OrderState.REJECTED.value) & Q(rejection="")),
                name="sales_order_rejected_says_why",
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.IMPORT.value) | Q(total__gte=0), name="sales_order_total_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer_id", "-placed_at"], name="order_of_customer", condition=Q(customer_id__isnull=False)
            ),
            models.Index(fields=["-placed_at"], name="order_newest"),
            models.Index(Upper("email"), name="order_email", condition=~Q(email="")),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """What was sold, frozen. Its currency is the order's."""

    pk = models.CompositePrimaryKey("order_id", "position")
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.SmallIntegerField()
    quantity = models.IntegerField()
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    sku = models.CharField("stock code", max_length=LONGEST_SKU)
    name = models.CharField(max_length=200)

    class Meta:
        db_table = "sales_order_line"

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"


class SagaInstance(models.Model):
    """The framework's table of sagas in this module's schema, to look at."""

    id = models.TextField(primary_key=True)
    name = models.TextField()
    version = models.IntegerField()
    status = models.TextField()
    backwards = models.BooleanField()
    step = models.TextField()
    attempts = models.IntegerField()
    next_at = models.DateTimeField()
    last_error = models.TextField()
    actor = models.TextField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "saga_instance"
        managed = False
        verbose_name = "saga"
        permissions = PERMISSIONS

    def __str__(self) -> str:
        return self.id
