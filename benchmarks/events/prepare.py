"""``python -m benchmarks.events.prepare``: roles, schemas and tables of our two modules in the run's database."""

from __future__ import annotations

import django

django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from benchmarks.events.apps import LEDGER, SHOP  # noqa: E402
from benchmarks.events.tables import BUSINESS, EFFECT  # noqa: E402
from seamline.data.migration import as_owner  # noqa: E402
from seamline.data.provision import provision  # noqa: E402
from seamline.data.roles import PLATFORM, owner_role  # noqa: E402

provision(admin_url=settings.DATABASE_URL, schemas=(SHOP, LEDGER, PLATFORM), secret=settings.SEAMLINE_SECRET)
for alias, table in ((SHOP, BUSINESS), (LEDGER, EFFECT)):
    with as_owner(alias):
        call_command("migrate", "seamline", database=alias, verbosity=0, interactive=False)
    with psycopg.connect(settings.DATABASE_URL) as connection:
        connection.execute(f"SET ROLE {owner_role(alias)}")  # type: ignore[arg-type]
        connection.execute(f"SET search_path = {alias}")  # type: ignore[arg-type]
        connection.execute(table)  # type: ignore[arg-type]
