"""Migrations, each alias by its owner role: the framework's tables and the module's own, in the module's schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from seamline.data.backend.base import DatabaseWrapper
from seamline.data.read_side import is_read_side
from seamline.data.roles import owner_role, role_password, schema_of
from seamline.data.router import FRAMEWORK_APP


@contextmanager
def as_owner(alias: str) -> Iterator[None]:
    """Log in to the alias as the role that owns its schema, without a pool, until the block ends."""
    connection = connections[alias]
    connection.close()
    serving = connection.settings_dict
    role = owner_role(schema_of(alias))
    options = {name: value for name, value in serving["OPTIONS"].items() if name != "pool"}
    connection.settings_dict = {
        **serving,
        "USER": role,
        "PASSWORD": role_password(role=role, secret=settings.SEAMLINE_SECRET),
        "OPTIONS": options,
    }
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = serving


def migrate_all(*, progress: Callable[[str], None] = lambda alias: None, verbosity: int = 0) -> None:
    """Bring every alias of this process up to date.

    :param progress: told the alias before its migrations run.
    """
    for alias in (alias for alias in settings.DATABASES if not is_read_side(alias)):
        progress(alias)
        connection = connections[alias]
        if alias != "default" and isinstance(connection, DatabaseWrapper):
            connection.locate()
            connection.close()
        with as_owner(alias):
            if alias == "default":
                call_command("migrate", database=alias, verbosity=verbosity, interactive=False)
                continue
            call_command("migrate", FRAMEWORK_APP, database=alias, verbosity=verbosity, interactive=False)
            if (Path(apps.get_app_config(alias).path) / "migrations").is_dir():
                call_command("migrate", alias, database=alias, verbosity=verbosity, interactive=False)
