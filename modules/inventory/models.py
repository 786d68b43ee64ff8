"""The tables of inventory. Constraints state what must hold whatever the code does; no rule is decided here.

Rows change through the SQL in ``infra/`` alone, which locks a reservation before stock, and stock in the order of its
codes, so that no two commands can wait for each other.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from contracts.inventory import ReservationState
from modules.inventory.domain.movements import LONGEST_REASON, LONGEST_SKU, MovementKind


class StockItem(models.Model):
    """What is on the shelf of one product, and how much of it is promised to orders."""

    sku = models.CharField("stock code", primary_key=True, max_length=LONGEST_SKU)
    on_hand = models.BigIntegerField()
    reserved = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "stock_item"
        verbose_name = "stock item"
        constraints = [
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(reserved__lte=F("on_hand")), name="stock_item_reserved_within_on_hand"
            )
        ]

    def __str__(self) -> str:
        return self.sku


class Reservation(models.Model):
    """Units held for one order."""

    order_id = models.UUIDField("order", primary_key=True)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in ReservationState])
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        db_table = "reservation"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ReservationState]), name="reservation_state_known"
            )
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="reservation_held_until", condition=Q(state=ReservationState.HELD.value)
            ),
            models.Index(fields=["-created_at"], name="reservation_newest"),
        ]

    def __str__(self) -> str:
        return str(self.order_id)


class ReservationLine(models.Model):
    """Units of one product in a reservation."""

    pk = models.CompositePrimaryKey("reservation_id", "sku")
    reservation = models.ForeignKey(Reservation, models.CASCADE, db_column="order_id", related_name="lines")
    sku = models.CharField(max_length=LONGEST_SKU)
    quantity = models.BigIntegerField()

    class Meta:
        db_table = "reservation_line"
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="reservation_line_quantity_above_zero")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"


class StockMovement(models.Model):
    """Units that came to the shelf or left it. Rows are only ever added; a trigger and the rights see to it."""

    id = models.BigAutoField(primary_key=True)
    sku = models.CharField("stock code", max_length=LONGEST_SKU)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in MovementKind])
    change = models.BigIntegerField()
    order_id = models.UUIDField("order", null=True)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    actor = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        db_table = "stock_movement"
        verbose_name = "stock movement"
        constraints = [
            models.CheckConstraint(condition=~Q(change=0), name="stock_movement_not_zero"),
        ]
        indexes = [
            models.Index(fields=["sku", "-id"], name="stock_movement_of_sku"),
            models.Index(fields=["order_id"], name="stock_movement_of_order", condition=Q(order_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.change:+d} {self.sku}"


class StockWatch(models.Model):
    """How much of a product can still be sold, as events tell it, and since when that is little."""

    class Level(models.TextChoices):
        ENOUGH = "enough", "Enough"
        LOW = "low", "Low"
        OUT = "out", "Sold out"

    sku = models.CharField("stock code", primary_key=True, max_length=LONGEST_SKU)
    on_hand = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    level = models.CharField(max_length=10, choices=Level.choices)
    since = models.DateTimeField()
    """When the level became this one."""

    class Meta:
        db_table = "stock_watch"
        verbose_name = "stock alert"
        verbose_name_plural = "stock alerts"
        indexes = [models.Index(fields=["level", "since"], name="stock_watch_alerts", condition=~Q(level="enough"))]

    def __str__(self) -> str:
        return f"{self.sku}: {self.level}"


class StockWatchSale(models.Model):
    """An order whose units have left the shelf: if it is released, they come back to it."""

    order_id = models.UUIDField("order", primary_key=True)

    class Meta:
        db_table = "stock_watch_sale"
        verbose_name = "watched sale"

    def __str__(self) -> str:
        return str(self.order_id)
