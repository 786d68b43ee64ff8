"""Django's ``DATABASES`` from one URL and the list of modules: wiring as data, computed once in the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from seamline.data.read_side import read_alias
from seamline.data.roles import role_password, schema_of, serving_role

READ_ONLY = "-c default_transaction_read_only=on"


class WrongDatabaseUrl(ValueError):
    """The URL does not name a PostgreSQL database."""


def parse_url(url: str) -> dict[str, Any]:
    """Host, port, name, user, password and query options of a PostgreSQL URL, as Django's settings call them.

    :raises WrongDatabaseUrl: says which part is wrong.
    """
    example = "postgresql://user:password@host:5432/database"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WrongDatabaseUrl(f"DATABASE_URL cannot be read: {error}. It should look like {example}") from error
    if parts.scheme not in ("postgresql", "postgres"):
        raise WrongDatabaseUrl(f"DATABASE_URL begins with {parts.scheme!r}. It should look like {example}")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise WrongDatabaseUrl(f"DATABASE_URL names no database. It should look like {example}")
    options = dict(parse_qsl(parts.query))
    return {
        "HOST": unquote(parts.hostname or options.pop("host", "")),
        "PORT": str(port or ""),
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": options,
    }


def databases(
    *,
    url: str,
    modules: Iterable[str],
    secret: str,
    module_urls: Mapping[str, str] | None = None,
    read_urls: Mapping[str, str] | None = None,
    pool_size: int | None = 8,
) -> dict[str, dict[str, Any]]:
    """Django's ``DATABASES``: ``default`` for Django's own tables and one alias for each module.

    Every alias logs in as its own serving role, sees its own schema alone, and keeps a pool of its own.

    :param url: the server and database; its user is not used to serve.
    :param module_urls: servers of modules that live elsewhere, by module.
    :param read_urls: replicas on which modules' read models are read, by module; each is an alias of its own.
    :param pool_size: connections for each alias and process at most; None for one connection a thread, no pool.
    """
    module_urls, read_urls = module_urls or {}, read_urls or {}
    result = {}
    replicas = {read_alias(module): module for module in modules if module in read_urls}
    for alias in ("default", *modules, *replicas):
        schema = schema_of(replicas.get(alias, alias))
        place = parse_url(read_urls[replicas[alias]] if alias in replicas else module_urls.get(alias, url))
        role = serving_role(schema)
        options: dict[str, Any] = {
            **place["OPTIONS"],
            "options": f"-c search_path={schema}" + (f" {READ_ONLY}" if alias in replicas else ""),
            "application_name": f"seamline {schema}",
        }
        if pool_size:
            options["pool"] = {"min_size": 0, "max_size": pool_size, "timeout": 5.0, "num_workers": 1, "max_idle": 60.0}
        result[alias] = {
            **place,
            # A replica stays where it is: the backend of ours would follow data that move.
            "ENGINE": "django.db.backends.postgresql" if alias in replicas else "seamline.data.backend",
            "USER": role,
            "PASSWORD": role_password(role=role, secret=secret),
            "OPTIONS": options,
            "CONN_MAX_AGE": 0 if pool_size else None,
            "CONN_HEALTH_CHECKS": True,
            "ATOMIC_REQUESTS": False,
            "DISABLE_SERVER_SIDE_CURSORS": False,
        }
    return result
