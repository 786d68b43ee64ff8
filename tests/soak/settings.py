"""The shop's settings and one more module, the auditor, which writes down each event that it is given."""

from __future__ import annotations

from project import settings as shop
from project.settings import *  # noqa: F403 - all of them
from seamline.data.databases import databases

HOSTED = (*shop.HOSTED, "auditor")
DATABASES = databases(url=shop.DATABASE_URL, modules=HOSTED, secret=shop.SEAMLINE_SECRET, pool_size=6)
INSTALLED_APPS = [*shop.INSTALLED_APPS, "tests.soak.auditor"]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SEAMLINE_START_COMMANDS = ()
