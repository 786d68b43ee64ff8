"""Use case: learn the neighbours anew beside the live ones and let the new generation take over in one commit."""

from __future__ import annotations

import logging
import time

from django.db.models import Count, Q
from django.utils import timezone

from modules.recommendations.domain.baskets import sales_table
from modules.recommendations.domain.neighbours import TrainingSettings, train
from modules.recommendations.domain.ranking import Neighbourhood
from modules.recommendations.domain.refresh import is_due
from modules.recommendations.infra.store import all_baskets
from modules.recommendations.models import BasketKind, Generation, ProductNeighbours, RecordedBasket
from seamline.data import atomic, connection_for

KEPT_GENERATIONS = 50
logger = logging.getLogger(__name__)


def refresh_neighbours(*, force: bool = False) -> Generation | None:
    """Train on all baskets and swap, if there is enough news since the live generation; else do nothing.

    Training holds no transaction open, and the live generation answers until the commit. Where two processes train at
    once, the one that knows fewer baskets gives way.

    :param force: train even without news.
    :returns: the new live generation, or None where nothing was due or another process was ahead.
    """
    known = _recorded()
    live = Generation.objects.filter(is_live=True).first()
    if not force:
        age = timezone.now() - live.built_at if live else None
        if not is_due(known=live.known if live else 0, now_recorded=known, age=age):
            return None
    start = time.perf_counter()
    settings = TrainingSettings()
    table = sales_table(all_baskets(), largest_catalogue=settings.largest_catalogue)
    neighbourhoods = list(train(table, settings=settings))
    seconds = time.perf_counter() - start
    generation = _swap(
        Generation(
            is_live=True, known=known, baskets=len(table.customer), products=len(neighbourhoods), seconds=seconds
        ),
        neighbourhoods,
        force=force,
    )
    if generation is not None:
        logger.info("learned the neighbours of %d products in %.1f s", generation.products, seconds)
    return generation


def _recorded() -> int:
    """A number that grows with every basket, and with every cancellation of one."""
    counts = RecordedBasket.objects.aggregate(
        rows=Count("*"), cancelled=Count("order_id", filter=Q(kind=BasketKind.CANCELLED))
    )
    return int(counts["rows"]) + int(counts["cancelled"])


def _swap(generation: Generation, neighbourhoods: list[Neighbourhood], *, force: bool) -> Generation | None:
    with atomic("recommendations"):
        with connection_for("recommendations").cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('recommendations: swap of generations'))")
        live = Generation.objects.filter(is_live=True).first()
        if live is not None and (live.known > generation.known or (live.known == generation.known and not force)):
            return None
        Generation.objects.filter(is_live=True).update(is_live=False)
        generation.save(force_insert=True)
        ProductNeighbours.objects.bulk_create(
            [
                ProductNeighbours(
                    generation=generation,
                    sku=one.sku,
                    neighbours=list(one.neighbours),
                    strengths=list(one.strengths),
                    together=list(one.together),
                )
                for one in neighbourhoods
            ],
            batch_size=500,
        )
        ProductNeighbours.objects.exclude(generation=generation)._raw_delete("recommendations")
        kept = Generation.objects.order_by("-pk").values_list("pk", flat=True)[:KEPT_GENERATIONS]
        Generation.objects.filter(pk__lt=min(kept)).delete()
    return generation
