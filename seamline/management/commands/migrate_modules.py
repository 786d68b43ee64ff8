"""``manage.py migrate_modules``: every schema of this process, each migrated by the role that owns it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from seamline.data.migration import migrate_all


class Command(BaseCommand):
    """Thin: the work is in ``seamline.data.migration``."""

    help = (
        "Bring the schema of every hosted module, and Django's own, up to date. Each is migrated by its owner role, "
        "which Django's own 'migrate' cannot do: the serving roles own nothing. Roles and schemas must exist "
        "('manage.py up' makes them)."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        migrate_all(progress=lambda alias: self.stderr.write(f"migrating {alias}"), verbosity=options["verbosity"] - 1)
