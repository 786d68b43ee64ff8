"""Which database alias a Django model lives on: its app's label for modules, ``default`` for Django's own tables."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Model

FRAMEWORK_APP = "seamline"
"""The app whose tables (event log, checkpoints, idempotency keys, sagas) exist once in every module's schema."""


class ModuleRouter:
    """Routes by app label. Relations never leave an alias."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return self._alias(model._meta.app_label)

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return self._alias(model._meta.app_label)

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return self._alias(one._meta.app_label) == self._alias(other._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        if db == "default":
            return app_label not in settings.DATABASES and app_label != FRAMEWORK_APP
        return app_label in (db, FRAMEWORK_APP)

    @staticmethod
    def _alias(app_label: str) -> str:
        return app_label if app_label in settings.DATABASES else "default"
