"""The Celery application of the deployable, for ``EVENT_BUS=celery``: ``celery -A project.celery worker``.

``manage.py worker`` and ``manage.py beat`` start it with the right arguments. Wiring only.
"""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from seamline.bus import application  # noqa: E402 - needs the settings

app = application()
