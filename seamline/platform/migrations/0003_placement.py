"""Which deployable serves each module, who changed it and why, and which processes have it in force."""

from __future__ import annotations

from django.db import migrations, models

PLACEMENT = """
CREATE TABLE placement (
    module text PRIMARY KEY CHECK (length(module) BETWEEN 1 AND 100),
    serves text NOT NULL CHECK (serves IN ('here', 'service')),
    epoch bigint NOT NULL UNIQUE CHECK (epoch > 0),
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL CHECK (length(changed_by) BETWEEN 1 AND 200),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000)
);
COMMENT ON TABLE placement IS 'Who serves each module that this deployable hosts; without a row it does itself.';

CREATE TABLE placement_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    module text NOT NULL,
    serves text NOT NULL,
    epoch bigint NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL
);
COMMENT ON TABLE placement_change IS 'Who changed placements, when and why; only ever added to.';

CREATE TABLE placement_follower (
    process text PRIMARY KEY CHECK (length(process) BETWEEN 1 AND 200),
    epoch bigint NOT NULL,
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE placement_follower IS 'Up to which epoch each live process has placements in force.';

ALTER TABLE instance ADD COLUMN standby text[] NOT NULL DEFAULT '{}';
ALTER TABLE instance DROP CONSTRAINT instance_modules_check;
ALTER TABLE instance ADD CONSTRAINT instance_modules_check
    CHECK (cardinality(modules) + cardinality(standby) BETWEEN 1 AND 200);
COMMENT ON COLUMN instance.standby IS 'Modules that it can serve, and shall only where nobody else does.';
"""
GONE = """
DROP TABLE placement, placement_change, placement_follower;
DELETE FROM instance;
ALTER TABLE instance DROP COLUMN standby, ADD CONSTRAINT instance_modules_check
    CHECK (cardinality(modules) BETWEEN 1 AND 200);
"""


class Migration(migrations.Migration):
    dependencies = [("seamline_platform", "0002_control")]
    operations = [
        migrations.RunSQL(PLACEMENT, GONE),
        migrations.CreateModel(
            name="Placement",
            fields=[("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False))],
            options={
                "verbose_name": "placement of modules",
                "verbose_name_plural": "placement of modules",
                "managed": False,
                "default_permissions": (),
                "permissions": [("place_modules", "Can have modules served by services")],
            },
        ),
    ]
