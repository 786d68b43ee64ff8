"""After an import: have the recommendations learned at once instead of when their job next looks."""

from __future__ import annotations

import io

from django.conf import settings
from django.core.management import call_command

from project.retail.progress import Progress


def learn_recommendations(*, progress: Progress) -> None:
    """Learn from all baskets, if this process hosts the module and there is enough news."""
    if "recommendations" in settings.HOSTED:
        progress.begin("Learning", None)
        call_command("refresh_recommendations", stdout=io.StringIO())
