"""After an import: have learned and counted at once what jobs would learn and count when they next look."""

from __future__ import annotations

import io

from django.conf import settings
from django.core.management import call_command

from project.retail.progress import Progress

COMMANDS = {"recommendations": "refresh_recommendations", "analytics": "count_pairs"}


def learn_recommendations(*, progress: Progress) -> None:
    """Learn from all baskets, for the modules that this process hosts, if there is enough news."""
    for module, command in COMMANDS.items():
        if module in settings.HOSTED:
            progress.begin("Learning" if module == "recommendations" else "Counting pairs", None)
            call_command(command, stdout=io.StringIO())
