"""The WSGI entry of the deployable; loading it starts this process's event dispatcher, unless workers deliver."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
application = get_wsgi_application()

if settings.EVENT_BUS == "thread" and os.environ.get("SEAMLINE_DISPATCHER", "thread") == "thread":
    from seamline.events import start_dispatcher

    start_dispatcher()
