"""What search needs and no model shows: the weighted text vector, kept by the database, and the indexes."""

from django.db import migrations

SEARCH = """
ALTER TABLE product ADD COLUMN search tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('pg_catalog.english', name), 'A') ||
    setweight(to_tsvector('pg_catalog.english', description), 'B')
) STORED;
CREATE INDEX product_search ON product USING gin (search);
CREATE INDEX product_words ON product USING gin (to_tsvector('pg_catalog.simple', name));
CREATE INDEX product_similar ON product USING gin (lower(name) gin_trgm_ops);
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]
    operations = [migrations.RunSQL(SEARCH, "ALTER TABLE product DROP COLUMN search")]
