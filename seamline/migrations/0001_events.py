"""The framework's tables, made once in every module's schema by its owner role: a module leaves with its log.

Names are unqualified: the search path is the module's schema alone. The serving role may only add to the event log.
"""

from __future__ import annotations

from django.db import migrations

from seamline.data.append_only import append_only

EVENT_LOG = """
CREATE TABLE event_log (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE,
    name text NOT NULL,
    schema_version smallint NOT NULL,
    key text NOT NULL,
    stream text,
    version integer,
    data jsonb NOT NULL,
    meta jsonb NOT NULL DEFAULT '{}',
    previous_hash bytea,
    hash bytea,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT event_log_stream_has_version CHECK ((stream IS NULL) = (version IS NULL))
);
CREATE UNIQUE INDEX event_log_stream_version ON event_log (stream, version) WHERE stream IS NOT NULL;
COMMENT ON TABLE event_log IS 'Append-only. Outbox, audit trail and, for event-sourced streams, the state.';
COMMENT ON COLUMN event_log.position IS 'Order of the log. Leaves holes for ever where transactions rolled back.';
COMMENT ON COLUMN event_log.key IS 'Events with the same key are delivered in order.';
COMMENT ON COLUMN event_log.stream IS 'Only event-sourced aggregates: with version, refuses a concurrent append.';
"""

DELIVERY = """
CREATE TABLE checkpoint (
    subscription text NOT NULL,
    publisher text NOT NULL,
    partition smallint NOT NULL DEFAULT 0,
    projection_version integer NOT NULL DEFAULT 1,
    position bigint NOT NULL,
    paused boolean NOT NULL DEFAULT false,
    lease_owner text,
    lease_expires_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subscription, publisher, partition, projection_version)
) WITH (fillfactor = 50);
COMMENT ON TABLE checkpoint IS 'How far each subscription of this module has taken in a publisher''s log.';
COMMENT ON COLUMN checkpoint.position IS 'All up to here is dealt with, and no event will ever appear below it.';

CREATE TABLE parked_event (
    subscription text NOT NULL,
    publisher text NOT NULL,
    position bigint NOT NULL,
    event_id uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    status text NOT NULL CHECK (status IN ('retrying', 'parked', 'waiting', 'discarded')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    error text NOT NULL DEFAULT '',
    traceback text NOT NULL DEFAULT '',
    first_failed_at timestamptz,
    last_failed_at timestamptz,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (subscription, publisher, position)
);
COMMENT ON TABLE parked_event IS 'Events put aside: failed ones, and those that wait behind a failed one of their key.';
CREATE INDEX parked_event_key ON parked_event (subscription, publisher, key, position) WHERE status <> 'discarded';
CREATE INDEX parked_event_due ON parked_event (next_attempt_at) WHERE status = 'retrying';
"""

CALLS_AND_JOBS = """
CREATE TABLE idempotency_key (
    operation text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    result jsonb,
    finished boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (operation, key)
) WITH (fillfactor = 80);
COMMENT ON TABLE idempotency_key IS 'Commands that this module has carried out, and what it answered.';
CREATE INDEX idempotency_key_at ON idempotency_key (at);

CREATE TABLE job (
    name text PRIMARY KEY,
    next_run_at timestamptz NOT NULL DEFAULT now(),
    last_started_at timestamptz,
    last_finished_at timestamptz,
    failures integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT ''
);
COMMENT ON TABLE job IS 'When each periodic job of this module runs next, and how it went last.';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [
        migrations.RunSQL(EVENT_LOG, "DROP TABLE event_log"),
        append_only("event_log"),
        migrations.RunSQL(DELIVERY, "DROP TABLE parked_event; DROP TABLE checkpoint"),
        migrations.RunSQL(CALLS_AND_JOBS, "DROP TABLE job; DROP TABLE idempotency_key"),
    ]
