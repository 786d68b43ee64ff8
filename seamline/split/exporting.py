"""The same split for other supervisors: a Procfile for honcho and foreman, services for Compose. Pure; no secrets.

Each process is ``manage.py up`` of one deployable: it prepares its own database and is told where the hub is.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

import yaml

from seamline.split.places import Place, environment_of

PYTHON = ".venv/bin/python"
SERVER_PORT = 8000
"""In containers each deployable has this one."""
POSTGRES = "postgres:18"


def procfile(places: Sequence[Place]) -> str:
    """A line for each deployable; the hub first."""
    hub, *others = (place.url for place in places)
    lines = [
        "# Written by 'manage.py split export --format procfile'. From the project's folder, after 'make environment':",
        "#   honcho -d . -f deploy/Procfile start        or        foreman start -d . -f deploy/Procfile",
        f"# The shop is at {hub}; the other processes: {', '.join(others)}.",
    ]
    for place in places:
        environment = environment_of(place, places=places)
        if place.deployable.is_hub:
            del environment["DATABASE_URL"]  # as .env says
        assignments = " ".join(f"{name}={shlex.quote(value) if value else ''}" for name, value in environment.items())
        lines.append(f"{place.name}: {assignments} {PYTHON} manage.py up --port {place.port}")
    return "\n".join(lines) + "\n"


def compose(places: Sequence[Place]) -> str:
    """Services for Compose: each deployable from the project's image, and a PostgreSQL for each."""
    services: dict[str, Any] = {}
    for place in places:
        services[f"{place.name}-database"] = _database(place)
        services[place.name] = _service(place)
    document = {
        "name": "seamline",
        "services": services,
        "volumes": {f"{place.name}-data": {} for place in places},
    }
    head = (
        "# Written by 'manage.py split export --format compose'.\n"
        "# docker compose -f deploy/compose.yaml up --build; SEAMLINE_SECRET and POSTGRES_PASSWORD come from the\n"
        "# environment or from .env. TLS ends before the hub.\n"
    )
    return head + yaml.safe_dump(document, sort_keys=False, width=120)


def _database(place: Place) -> dict[str, Any]:
    return {
        "image": POSTGRES,
        "environment": {
            "POSTGRES_USER": "seamline",
            "POSTGRES_DB": "seamline",
            "POSTGRES_PASSWORD": "${POSTGRES_PASSWORD:?give one}",
        },
        "command": ["postgres", "-c", "max_connections=200", "-c", "wal_level=logical"],
        "volumes": [f"{place.name}-data:/var/lib/postgresql"],
        "healthcheck": {
            "test": ["CMD-SHELL", "pg_isready -U seamline -d seamline"],
            "interval": "2s",
            "timeout": "2s",
            "retries": 30,
        },
        "restart": "unless-stopped",
    }


def _service(place: Place) -> dict[str, Any]:
    is_hub = place.deployable.is_hub
    service: dict[str, Any] = {
        "build": {"context": "..", "dockerfile": "deploy/Dockerfile"},
        "image": "seamline-shop",
        "command": ["python", "manage.py", "up", "--host", "0.0.0.0", "--port", str(SERVER_PORT)],  # noqa: S104
        "environment": {
            "SEAMLINE_MODULES": ",".join(place.deployable.modules),
            "SEAMLINE_SECRET": "${SEAMLINE_SECRET:?give a long random one}",
            "SEAMLINE_REGISTRY": "" if is_hub else f"http://hub:{SERVER_PORT}",
            "SEAMLINE_ADVERTISE": f"http://{place.name}:{SERVER_PORT}",
            "DATABASE_URL": "postgresql://seamline:${POSTGRES_PASSWORD:?give one}"
            f"@{place.name}-database:5432/seamline",
            "ALLOWED_HOSTS": f"localhost,127.0.0.1,{place.name}",
            "DEBUG": "false",
            "SEAMLINE_DEMO": "${SEAMLINE_DEMO:-false}",
            "SEAMLINE_RETAIL_FILE": "demo",
        },
        "depends_on": {f"{place.name}-database": {"condition": "service_healthy"}},
        "stop_grace_period": "30s",
        "restart": "unless-stopped",
    }
    if is_hub:
        service["ports"] = [f"127.0.0.1:{SERVER_PORT}:{SERVER_PORT}"]
    return service
