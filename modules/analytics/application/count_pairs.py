"""Use case: count anew what is bought together and let the new count take the old one's place in one commit."""

from __future__ import annotations

import logging
import time

from django.utils import timezone

from modules.analytics.domain.pairs import Counted, count_pairs_in
from modules.analytics.domain.refresh import is_due
from modules.analytics.infra import facts
from modules.analytics.models import PairCount, ProductPair
from seamline.data import atomic, connection_for

logger = logging.getLogger(__name__)


def count_pairs(*, force: bool = False) -> PairCount | None:
    """Count the pairs of all baskets and swap, if there is enough news since the latest count; else do nothing.

    Counting holds no transaction open. Where two processes count at once, the one that knows less gives way.

    :param force: count even without news.
    :returns: the new count, or None where nothing was due or another process was ahead.
    """
    known = facts.known()
    latest = PairCount.objects.order_by("-pk").first()
    if not force:
        age = timezone.now() - latest.counted_at if latest else None
        if not is_due(known=latest.known if latest else 0, now_known=known, age=age):
            return None
    start = time.perf_counter()
    counted = count_pairs_in(facts.baskets())
    seconds = time.perf_counter() - start
    count = _swap(counted, known=known, seconds=seconds, force=force)
    if count is not None:
        logger.info("counted the pairs of %d baskets in %.1f s", counted.baskets, seconds)
    return count


def _swap(counted: Counted, *, known: int, seconds: float, force: bool) -> PairCount | None:
    with atomic("analytics"):
        with connection_for("analytics").cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('analytics: swap of pairs'))")
        latest = PairCount.objects.order_by("-pk").first()
        if latest is not None and (latest.known > known or (latest.known == known and not force)):
            return None
        count = PairCount.objects.create(known=known, baskets=counted.baskets, seconds=seconds)
        ProductPair.objects.bulk_create(
            [
                ProductPair(
                    count=count,
                    first=pair.first,
                    second=pair.second,
                    together=pair.together,
                    with_first=pair.with_first,
                    with_second=pair.with_second,
                )
                for pair in counted.pairs
            ],
            batch_size=500,
        )
        PairCount.objects.exclude(pk=count.pk).delete()
    return count
