"""Who redrove or discarded a parked event, and when."""

from __future__ import annotations

from django.db import migrations

ACTOR = """
ALTER TABLE parked_event
    ADD COLUMN actor text NOT NULL DEFAULT '',
    ADD COLUMN acted_at timestamptz;
COMMENT ON COLUMN parked_event.actor IS 'Who redrove it last, or discarded it.';
COMMENT ON COLUMN parked_event.acted_at IS 'When they did.';
"""

UNDO = "ALTER TABLE parked_event DROP actor, DROP acted_at"


class Migration(migrations.Migration):
    dependencies = [("seamline", "0005_feed_readers")]
    operations = [migrations.RunSQL(ACTOR, UNDO)]
