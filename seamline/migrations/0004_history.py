"""Archived ranges of the log, and replays."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("seamline", "0003_partitions")]
    operations = []
