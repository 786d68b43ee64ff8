"""Which instances of modules run, and until when that is believed without a further sign of life."""

from __future__ import annotations

from django.db import migrations

INSTANCES = """
CREATE TABLE instance (
    id text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 200),
    modules text[] NOT NULL CHECK (cardinality(modules) BETWEEN 1 AND 200),
    url text NOT NULL CHECK (length(url) <= 500),
    version text NOT NULL DEFAULT '',
    zone text NOT NULL DEFAULT '',
    deployable text NOT NULL DEFAULT '',
    state text NOT NULL CHECK (state IN ('up', 'draining')),
    started_at double precision NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
COMMENT ON TABLE instance IS 'Instances of modules; those whose time is up are gone, whether their row is or not.';
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(INSTANCES, "DROP TABLE instance")]
