"""What operators order, what they did, how the breakers of each process stand, and how they came there."""

from __future__ import annotations

from django.db import migrations, models

CONTROL = """
CREATE TABLE control_order (
    kind text NOT NULL CHECK (kind IN ('breaker', 'policy', 'fault')),
    subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 300),
    value jsonb NOT NULL CHECK (pg_column_size(value) < 8192),
    actor text NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    ordered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz,
    PRIMARY KEY (kind, subject),
    CHECK (kind <> 'fault' OR expires_at <= ordered_at + interval '1 hour')
);
COMMENT ON TABLE control_order IS 'What operators have ordered for all processes and not taken back.';

CREATE TABLE control_act (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    action text NOT NULL CHECK (action IN ('placed', 'withdrawn')),
    kind text NOT NULL,
    subject text NOT NULL,
    value jsonb NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL
);
COMMENT ON TABLE control_act IS 'Who ordered or took back what, when and why; only ever added to.';

CREATE TABLE control_report (
    process text PRIMARY KEY CHECK (length(process) BETWEEN 1 AND 200),
    report jsonb NOT NULL CHECK (pg_column_size(report) < 262144),
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE control_report IS 'How the breakers of each process stand; rows whose time is up count no more.';

CREATE TABLE control_transition (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
    transition jsonb NOT NULL CHECK (pg_column_size(transition) < 16384)
);
CREATE INDEX control_transition_by_name ON control_transition (name, id);
COMMENT ON TABLE control_transition IS 'The latest changes of state of all breakers; the oldest are deleted.';
"""
GONE = "DROP TABLE control_order, control_act, control_report, control_transition"


class Migration(migrations.Migration):
    dependencies = [("seamline_platform", "0001_instances")]
    operations = [
        migrations.RunSQL(CONTROL, GONE),
        migrations.CreateModel(
            name="Control",
            fields=[("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False))],
            options={
                "verbose_name": "control of calls",
                "verbose_name_plural": "control of calls",
                "managed": False,
                "default_permissions": (),
                "permissions": [("control_calls", "Can force breakers, override policies and inject faults")],
            },
        ),
    ]
