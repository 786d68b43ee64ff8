"""The WSGI entry of the deployable: internal calls first, then Django.

Loading it starts this process's event dispatcher, unless workers deliver.
"""

from __future__ import annotations

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
_django = get_wsgi_application()

from seamline.calls.endpoint import with_internal_calls  # noqa: E402 - needs the settings
from seamline.carve.shadow.following import start_shadowing  # noqa: E402
from seamline.control import start_control  # noqa: E402
from seamline.discovery import announce  # noqa: E402
from seamline.placement.following import start_placement  # noqa: E402
from seamline.telemetry import spans  # noqa: E402
from seamline.web.whole_bodies import with_whole_bodies  # noqa: E402

application = with_internal_calls(with_whole_bodies(_django, most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
start_placement()
start_shadowing()
announce()
start_control()
spans.install(service=f"seamline-{'-'.join(settings.HOSTED) if len(settings.HOSTED) < 3 else 'shop'}")

if settings.EVENT_BUS == "thread" and os.environ.get("SEAMLINE_DISPATCHER", "thread") == "thread":
    from seamline.events import start_dispatcher

    start_dispatcher()
