"""Which modules' queries are asked at another place too, and what came of it."""

from __future__ import annotations

from django.db import migrations

SHADOW = """
CREATE TABLE shadow_setting (
    module text PRIMARY KEY CHECK (length(module) BETWEEN 1 AND 100),
    setting jsonb NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE shadow_setting IS 'Modules of whose queries a share is asked at the target of their carve as well.';

CREATE TABLE shadow_count (
    module text NOT NULL,
    operation text NOT NULL,
    verdict text NOT NULL,
    reads bigint NOT NULL,
    PRIMARY KEY (module, operation, verdict)
) WITH (fillfactor = 50);
COMMENT ON TABLE shadow_count IS 'How many shadow reads ended in which way, since they were switched on.';

CREATE TABLE shadow_difference (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    module text NOT NULL,
    difference jsonb NOT NULL
);
CREATE INDEX shadow_difference_module ON shadow_difference (module, id);
COMMENT ON TABLE shadow_difference IS 'Queries that were answered in two ways; names of fields, never their values.';
"""


class Migration(migrations.Migration):
    dependencies = [("seamline_platform", "0003_placement")]
    operations = [
        migrations.RunSQL(SHADOW, "DROP TABLE shadow_setting, shadow_count, shadow_difference;"),
    ]
