"""Counting: when there is news, beside the count that answers, by the one who knows more."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from modules.analytics.application.count_pairs import count_pairs
from modules.analytics.application.pairs import pairs
from modules.analytics.models import PairCount, ProductPair
from modules.analytics.module import module
from modules.analytics.tests.samples import cancelled, deliver, line, placed
from seamline.modules.manifest import imported

pytestmark = pytest.mark.usefixtures("database")
BOTH = (line("CUP"), line("TEA"))


def test_the_manifest_names_the_job() -> None:
    (job,) = module.jobs
    assert imported(job.run) is count_pairs


def test_a_new_count_takes_the_old_ones_place_and_nothing_is_counted_without_news() -> None:
    orders = [placed("2011-01-05", *BOTH) for _ in range(3)]
    deliver(*orders)
    assert count_pairs() is not None
    assert count_pairs() is None
    deliver(cancelled(orders[0], on="2011-01-06"))
    assert count_pairs() is not None
    assert PairCount.objects.count() == ProductPair.objects.count() == 1
    assert [(each.pair.together, each.lift) for each in pairs().pairs] == [(2, 1.0)]


def test_who_knows_less_gives_way() -> None:
    deliver(placed("2011-01-05", *BOTH))
    PairCount.objects.create(known=2, baskets=2, seconds=0.1)
    assert count_pairs(force=True) is None
    assert PairCount.objects.get().known == 2


def test_the_command_counts_and_reports() -> None:
    deliver(placed("2011-01-05", *BOTH), placed("2011-01-06", *BOTH))

    def run(*options: str) -> str:
        output = StringIO()
        call_command("count_pairs", *options, stdout=output)
        return output.getvalue()

    assert json.loads(run("--format", "json"))["counted"]["baskets"] == 2
    assert "Nothing to do" in run()
    assert "pairs of 2 baskets" in run("--force")
