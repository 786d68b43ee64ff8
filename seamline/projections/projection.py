"""What a module says about a read model: the events it is made of, the tables that hold it, and its version.

A projection is a subscription whose rows follow from the events alone, so that they can be made again from them. Plain
values; this file may not know how tables are built or exchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from django.apps import apps
from django.db.models import Model

from seamline.events.subscription import Subscription
from seamline.modules.manifest import Module


@dataclass(frozen=True, kw_only=True)
class Projection(Subscription):
    """A read model that is made of events and can be made anew beside the live one.

    >>> Projection(
    ...     name="storefront.order_history",
    ...     version=1,
    ...     events=(OrderPlaced, OrderCancelled),
    ...     models=("storefront.OrderSummary",),
    ...     handler="modules.storefront.projections.order_history:keep",
    ...     batch=200,
    ... )

    It stands among the module's subscriptions. The handler takes batches; it reads and writes the tables of its models
    by their plain names and nothing else, and what it writes follows from the events alone: no clock, no random value,
    no question to others. Where it reads several publishers, the order between them does not matter to it.
    """

    version: int
    """Raise it when the rows get another meaning; what the code is, is known without it."""
    models: tuple[str, ...] = ()
    """The models whose tables it fills, ``app_label.Model``; no other code writes them."""
    tables: tuple[str, ...] = ()
    """Tables without a model that it fills as well, by name."""
    code: tuple[str, ...] = ()
    """Further Python modules whose code decides what the rows say; the handler's own is always among them."""
    rebuild_batch: int = 2_000
    """Deliveries in one call while it is rebuilt."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.version < 1:
            raise ValueError(f"The projection {self.name!r} has version={self.version}; begin with 1.")
        if not self.models and not self.tables:
            raise ValueError(f'The projection {self.name!r} names no models; give what it fills, "app_label.Model".')
        if self.batch is None or self.rebuild_batch < 1:
            raise ValueError(f"The projection {self.name!r} needs batch and rebuild_batch above zero.")
        if self.start == "now":
            raise ValueError(
                f'The projection {self.name!r} starts "now", which is another place whenever it is rebuilt; start at '
                "the beginning or at a time."
            )

    @cached_property
    def filled(self) -> tuple[str, ...]:
        """The names of all its tables, in the module's schema.

        :raises LookupError: a model does not exist.
        """
        found: list[type[Model]] = [apps.get_model(label) for label in self.models]
        return (*(model._meta.db_table for model in found), *self.tables)

    def function(self) -> Callable[..., None]:
        """The handler, which notes with the first rows that this thread writes what code made them."""
        from seamline.projections.record import noting

        return noting(self, super().function())


def projections_of(module: Module) -> tuple[Projection, ...]:
    """The projections among a module's subscriptions."""
    return tuple(each for each in module.subscriptions if isinstance(each, Projection))
