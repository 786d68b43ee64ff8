"""Who reads this log from other processes, and how far each has come."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("seamline", "0004_history")]
    operations = []
