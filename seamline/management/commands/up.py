"""``manage.py up``: from an empty directory to a serving shop, and the same command the next day. Thin."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from seamline.carve.company import servers_of_carved_modules, start_services, stop_services
from seamline.data.migration import migrate_all
from seamline.data.provision import provision_hosted
from seamline.embedded import EmbeddedServerError
from seamline.embedded.serving import serve
from seamline.embedded.supervising import Program, supervised
from seamline.embedded.valkey import EmbeddedValkey, default_valkey
from seamline.split.chosen import chosen_places
from seamline.split.places import Place, port_beside
from seamline.split.running import Running, SplitFailed

EPILOG = """\
examples:
  manage.py up                                      everything in one process
  manage.py up --split orders,payments              these two in processes of their own, each with its own PostgreSQL
  manage.py up --split orders+payments,catalog      two modules in one process, a third alone
  manage.py up --split all --port 8100              every module alone; the hub is at 8100
  manage.py up --split orders --gateway             the gateway at --port, the hub and orders behind it
  ORDERS_DATABASE_URL=postgresql://... manage.py up --split orders      orders on an existing server

A split begins with databases of its own: data does not move there from the hub's. 'manage.py split export' writes the
same as a Procfile or for Compose. See docs/calls/split.md.

exit status: 0 told to end; 1 it could not start, or the server ended; 2 wrong usage.
"""


class Command(BaseCommand):
    """The order matters: roles and schemas, then tables, then data, then requests."""

    help = (
        "Prepare the database and serve everything on one port. The embedded PostgreSQL below .seamline/ is made and "
        "started (DATABASE_URL=postgresql://... uses an existing server instead), roles, schemas and tables are "
        "brought up to date, the data is loaded the first time. With EVENT_BUS=celery a worker and beat run beside the "
        "web server, over the embedded Valkey or the broker of CELERY_BROKER_URL. Ctrl-C stops all of it, and the "
        "embedded servers if this command started them. 'manage.py reset' starts over."
    )
    requires_system_checks = ()  # they are run by name below, after the tables exist that some of them look at

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument(
            "--split", metavar="MODULES", default=settings.SEAMLINE_SPLIT, help="run these as processes of their own"
        )
        parser.add_argument("--gateway", action="store_true", help="with --split: a gateway at --port, before the hub")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
        parser.add_argument("--workers", type=_above_zero, default=1, help="server processes (default: %(default)s)")
        parser.add_argument("--threads", type=_above_zero, default=8, help="threads a process (default: %(default)s)")
        parser.add_argument("--no-serve", action="store_true", help="prepare, then end; also stops PostgreSQL again")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if not options["no_serve"]:
            _refuse_taken(host, port)
        if options["split"]:
            self._split(options)
            return
        if options["gateway"]:
            raise CommandError(
                "--gateway goes with --split; beside one process, run 'manage.py gateway'.", returncode=2
            )
        with servers_of_carved_modules(settings.BASE_DIR, own=settings.SEAMLINE_POSTGRES):
            self._serve(options, host=host, port=port)

    def _serve(self, options: dict[str, Any], *, host: str, port: int) -> None:
        self._prepare()
        if options["no_serve"]:
            self.stdout.write("Prepared.")
            return
        if not settings.SEAMLINE_REGISTRY and not settings.SEAMLINE_ADVERTISE and host == "127.0.0.1":
            # A service that is carved out later finds the modules that stay by this.
            os.environ["SEAMLINE_ADVERTISE"] = f"http://{host}:{port}"
        with supervised(_beside(), servers=_brokers()), _ending_services():
            code = serve(
                application=_application(),
                host=host,
                port=port,
                workers=options["workers"],
                threads=options["threads"],
                when_live=lambda: self._live(host=host, port=port),
            )
        if code:
            raise CommandError(f"The web server ended with exit code {code}; what it wrote is above.", returncode=1)

    def _prepare(self) -> None:
        try:
            self._step("Roles and schemas", self._provision)
            self._step("Tables", migrate_all)
        except psycopg.errors.InsufficientPrivilege as error:
            raise CommandError(
                f"The user of DATABASE_URL may not prepare the database ({_line(error)}): it needs CREATEROLE and to "
                "own the database."
            ) from error
        except (psycopg.OperationalError, OperationalError) as error:
            raise CommandError(
                f"The database does not answer ({_line(error)}): see 'manage.py database status'."
            ) from error
        if not _lives_in_company():
            self._load()
        call_command("check", databases=list(settings.DATABASES), stdout=self.stdout, stderr=self.stderr)

    def _load(self) -> None:
        for command in settings.SEAMLINE_START_COMMANDS:
            call_command(command, stdout=self.stdout, stderr=self.stderr)

    def _live(self, *, host: str, port: int) -> None:
        # Data goes to modules elsewhere, which find each other through the hub: it must serve by then.
        if _lives_in_company() and settings.SEAMLINE_DOOR:
            self._load()
        if not settings.SEAMLINE_REGISTRY:
            for line in start_services(settings.BASE_DIR, hub=f"http://127.0.0.1:{port}"):
                self.stdout.write(line)
        self._welcome(host=host, port=port)

    def _split(self, options: dict[str, Any]) -> None:
        door_port = options["port"] if options["gateway"] else 0
        hub_port = port_beside(door_port) if door_port else options["port"]
        places = chosen_places(options["split"], port=hub_port)
        running = Running(
            places=places,
            root=settings.BASE_DIR,
            application=_application(),
            host=options["host"],
            workers=options["workers"],
            threads=options["threads"],
            bus=settings.EVENT_BUS,
            door_port=door_port,
            say=self._say,
        )
        try:
            with running.servers() as servers:
                running.prepare()
                if options["no_serve"]:
                    self.stdout.write("Prepared; data is loaded when all of them serve.")
                    return
                with running.serving(servers=servers, brokers=_brokers()):
                    running.load(settings.SEAMLINE_START_COMMANDS)
                    self._introduce(places)
                    self._welcome(host=options["host"], port=options["port"])
                    signal.pause()
        except (SplitFailed, EmbeddedServerError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            return

    def _introduce(self, places: tuple[Place, ...]) -> None:
        width = max(len(place.name) for place in places)
        self.stdout.write("")
        for place in places:
            self.stdout.write(f"  {place.name:<{width}}  {place.url}  {', '.join(place.deployable.modules)}")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _provision(self) -> None:
        provision_hosted(
            admin_url=settings.DATABASE_URL,
            secret=settings.SEAMLINE_SECRET,
            module_urls=settings.SEAMLINE_MODULE_URLS,
        )

    def _step(self, title: str, work: Callable[[], None]) -> None:
        started = time.monotonic()
        work()
        self.stdout.write(f"{title}: ready ({time.monotonic() - started:.1f} s)")

    def _welcome(self, *, host: str, port: int) -> None:
        shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::", "::1") else host  # noqa: S104 - compared
        pages = getattr(settings, "SEAMLINE_START_PAGES", {"Home": "/"})
        lines = {title: f"http://{shown}:{port}{path}" for title, path in pages.items()}
        if settings.DEMO:
            lines |= getattr(settings, "SEAMLINE_DEMO_LOGINS", {})
        width = max(len(title) for title in lines)
        self.stdout.write("")
        for title, text in lines.items():
            self.stdout.write(f"  {title:<{width}}  {text}")
        self.stdout.write("\nCtrl-C stops everything.")
        self.stdout.flush()


def _application() -> str:
    return str(settings.WSGI_APPLICATION).replace(".application", ":application")


def _lives_in_company() -> bool:
    """Whether modules of the shop live elsewhere and are found there, so that this is a part of a split."""
    return bool(settings.SEAMLINE_REGISTRY or settings.SEAMLINE_ADVERTISE) and set(settings.HOSTED) != set(
        settings.MODULES
    )


def _beside() -> dict[str, Program]:
    """What runs beside the web server, by name."""
    if settings.EVENT_BUS != "celery":
        return {}
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    return {"The worker": Program(command=[*manage, "worker"]), "Beat": Program(command=[*manage, "beat"])}


@contextmanager
def _ending_services() -> Iterator[None]:
    """Services that were carved out on this machine end before the hub that they call."""
    try:
        yield
    finally:
        if not settings.SEAMLINE_REGISTRY:
            stop_services(settings.BASE_DIR)


def _brokers() -> dict[str, EmbeddedValkey]:
    """The embedded broker, if it is the one that is used."""
    valkey = default_valkey(settings.BASE_DIR)
    used = settings.EVENT_BUS == "celery" and valkey.has_run and valkey.url == settings.CELERY_BROKER_URL
    return {"The embedded Valkey": valkey} if used else {}


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OverflowError as error:
            raise CommandError(f"{port} is no port: give --port between 1 and 65535.", returncode=2) from error
        except OSError as error:
            raise CommandError(
                f"Port {port} on {host} cannot be used ({error.strerror}): stop what uses it, or give --port "
                f"{port + 1 if port < 65535 else 8000}."
            ) from error


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


def _above_zero(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
