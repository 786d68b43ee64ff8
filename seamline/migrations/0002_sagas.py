"""The table of sagas, made once in every module's schema: a module leaves with its unfinished processes."""

from __future__ import annotations

from django.db import migrations

SAGA_INSTANCE = """
CREATE TABLE saga_instance (
    id text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 80),
    name text NOT NULL,
    version integer NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'compensating', 'completed', 'compensated', 'stuck')),
    backwards boolean NOT NULL DEFAULT false,
    step text NOT NULL,
    state jsonb NOT NULL,
    failure jsonb,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    lease_owner text,
    lease_until timestamptz,
    last_error text NOT NULL DEFAULT '',
    history jsonb NOT NULL DEFAULT '[]',
    signals jsonb NOT NULL DEFAULT '{}',
    actor text NOT NULL DEFAULT '',
    correlation_id text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT saga_instance_lease_is_whole CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    CONSTRAINT saga_instance_ended_without_lease
        CHECK (status NOT IN ('completed', 'compensated') OR lease_owner IS NULL)
) WITH (fillfactor = 50);
COMMENT ON TABLE saga_instance IS 'Processes of several steps: how far each is, and what happened to it.';
COMMENT ON COLUMN saga_instance.step IS 'The step under way; its outcome may be unknown.';
COMMENT ON COLUMN saga_instance.backwards IS 'Steps are being undone, from this one to the first.';
COMMENT ON COLUMN saga_instance.failure IS 'Why it was turned back: step, code and data of the error.';
COMMENT ON COLUMN saga_instance.lease_owner IS 'Who carries it on; every write of progress names it.';
COMMENT ON COLUMN saga_instance.next_at IS 'When it is tried again, or when a wait for a signal is over.';
COMMENT ON COLUMN saga_instance.signals IS 'What arrived for it from outside, by name, whether a step waits for it yet or not.';
CREATE INDEX saga_instance_due ON saga_instance (next_at) WHERE status IN ('running', 'compensating', 'stuck');
CREATE INDEX saga_instance_newest ON saga_instance (created_at DESC);
"""


class Migration(migrations.Migration):
    dependencies = [("seamline", "0001_events")]
    operations = [migrations.RunSQL(SAGA_INSTANCE, "DROP TABLE saga_instance")]
