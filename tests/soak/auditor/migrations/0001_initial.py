"""The rows of the auditor; nothing is unique but their own number, so that nothing hides a double."""

from __future__ import annotations

from django.db import migrations

SEEN = """
CREATE TABLE seen (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription text NOT NULL,
    publisher text NOT NULL,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    key text NOT NULL
)
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(SEEN, "DROP TABLE seen")]
