"""What operators see of recommendations. Read only: baskets come by events, neighbours by learning."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from modules.recommendations.application.refresh_neighbours import refresh_neighbours
from modules.recommendations.models import Generation, ProductNeighbours, RecordedBasket
from seamline.web.admin import ReadOnlyAdmin

SHOWN = 5


@admin.register(RecordedBasket)
class RecordedBasketAdmin(ReadOnlyAdmin):
    """What was bought and given back; searched by the exact id of an order or customer, or by a product in it."""

    list_display = ("order_id", "at", "kind", "customer_id", "products")
    list_filter = ("kind", "at")
    search_fields = ("order_id__exact", "customer_id__exact")
    search_help_text = "The whole id of an order or a customer, or a stock code"
    date_hierarchy = "at"
    ordering = ("-at",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[RecordedBasket], search_term: str
    ) -> tuple[QuerySet[RecordedBasket], bool]:
        term = search_term.strip()
        if term and len(term) < len("00000000-0000-0000-0000-000000000000"):
            return queryset.filter(skus__contains=[term.upper()]), False
        found: tuple[QuerySet[RecordedBasket], bool] = super().get_search_results(request, queryset, search_term)
        return found

    @admin.display(description="products")
    def products(self, basket: RecordedBasket) -> int:
        """How many different products it holds."""
        return len(basket.skus)


@admin.register(ProductNeighbours)
class ProductNeighboursAdmin(ReadOnlyAdmin):
    """What the live generation says of each product."""

    list_display = ("sku", "strongest", "baskets_with_the_strongest")
    search_fields = ("sku__istartswith",)
    search_help_text = "The beginning of a stock code"
    ordering = ("sku",)

    @admin.display(description="strongest neighbours")
    def strongest(self, row: ProductNeighbours) -> str:
        """The first few neighbours."""
        return ", ".join(row.neighbours[:SHOWN])

    @admin.display(description="baskets with the strongest")
    def baskets_with_the_strongest(self, row: ProductNeighbours) -> int:
        """Baskets that hold the product and its strongest neighbour."""
        return int(row.together[0])


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    """When the neighbours were learned, and from how much."""

    list_display = ("id", "built_at", "is_live", "baskets", "products", "seconds")
    list_filter = ("is_live",)
    ordering = ("-id",)
    actions = ("learn_again",)

    @admin.action(description="Learn the neighbours again now", permissions=["operate"])
    def learn_again(self, request: HttpRequest, queryset: QuerySet[Generation]) -> None:
        """Train on all baskets, whatever is selected, and swap."""
        generation = refresh_neighbours(force=True)
        if generation is None:
            self.message_user(request, "Another process was ahead; its generation is live.", messages.WARNING)
        else:
            self.message_user(request, f"{generation.products} products have neighbours; {generation.seconds:.1f} s.")
