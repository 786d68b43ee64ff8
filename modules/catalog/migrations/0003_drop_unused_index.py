"""Similar names are found by ``word_similarity`` against a threshold of our own, which no trigram index can serve."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_full_text_and_similarity")]
    operations = [
        migrations.RunSQL(
            "DROP INDEX product_similar",
            "CREATE INDEX product_similar ON product USING gin (lower(name) gin_trgm_ops)",
        )
    ]
