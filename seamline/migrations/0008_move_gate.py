"""The gate that every transaction of a module locks first, so that whoever moves its data can wait for all of them."""

from __future__ import annotations

from django.db import migrations

MOVE_GATE = """
CREATE TABLE move_gate (nothing boolean PRIMARY KEY CHECK (false));
COMMENT ON TABLE move_gate IS 'Always empty. Every transaction begins with a lock on it; a move of the data waits.';
"""


class Migration(migrations.Migration):
    """One table."""

    dependencies = [("seamline", "0007_pauses")]
    operations = [migrations.RunSQL(MOVE_GATE, "DROP TABLE move_gate")]
