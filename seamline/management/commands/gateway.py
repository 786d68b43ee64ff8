"""``manage.py gateway``: the front door as a lean process of its own."""

from __future__ import annotations

import argparse
import socket
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

EPILOG = """\
examples:
  manage.py gateway                                        serve on 127.0.0.1:8080, before what SEAMLINE_REGISTRY finds
  manage.py gateway --host 0.0.0.0 --port 80 --workers 2   as many processes share the port
  manage.py gateway --admin-port 9100                      Prometheus finds figures there, on this machine alone
  manage.py gateway --show-routes                          which path leads to which module, and end
  manage.py gateway export --format nginx                  the same routes for a proxy that is there already

It needs no database. TLS, HTTP/2 and compression are the edge's. See docs/gateway/gateway.md for settings and limits.

exit status: 0 ended by a signal; 1 it could not serve; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: the parts are in ``seamline.gateway``."""

    help = "Route, authenticate, limit, compose and forward requests to modules, wherever they live."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("action", nargs="?", choices=("serve", "export"), default="serve", help="(default: serve)")
        parser.add_argument("--format", choices=("nginx", "envoy", "kubernetes"), help="of the export")
        parser.add_argument(
            "--upstream",
            action="append",
            default=[],
            metavar="MODULE=HOST:PORT",
            help="where a module is, for the export",
        )
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8080, help="port to listen on (default: %(default)s)")
        parser.add_argument("--workers", type=int, default=1, help="processes that share the port (default: 1)")
        parser.add_argument("--admin-port", type=int, default=0, help="figures for Prometheus; 0 shows none")
        parser.add_argument("--show-routes", action="store_true", help="print the routes and end")
        parser.add_argument("--descriptor", type=int, default=None, help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        from seamline.gateway.running import routes, run

        if options["action"] == "export":
            self._export(options)
            return
        if options["show_routes"]:
            for route in routes().all:
                self.stdout.write(f"{route.prefix:<32} {route.module}")
            return
        if options["workers"] < 1:
            raise CommandError("--workers is at least 1.", returncode=2)
        if options["workers"] == 1 or options["descriptor"] is not None:
            run(
                host=options["host"],
                port=options["port"],
                admin_port=options["admin_port"],
                descriptor=options["descriptor"],
            )
            return
        raise SystemExit(_share(options))

    def _export(self, options: dict[str, Any]) -> None:
        from django.conf import settings

        from seamline.gateway import export
        from seamline.gateway.running import routes

        if options["format"] is None:
            raise CommandError("Say for what: --format nginx, envoy or kubernetes.", returncode=2)
        upstreams = _upstreams(options["upstream"])
        try:
            table = export.table_of(routes(), upstreams=upstreams, hub=settings.SEAMLINE_HUB_MODULE)
        except LookupError as error:
            raise CommandError(str(error), returncode=1) from error
        if options["format"] == "nginx":
            text = export.nginx(table, listen=f"{options['host']}:{options['port']}")
        elif options["format"] == "envoy":
            text = export.envoy(table, host=options["host"], port=options["port"])
        else:
            text = export.kubernetes(table)
        self.stdout.write(text, ending="")


def _upstreams(named: list[str]) -> dict[str, tuple[str, ...]]:
    """Addresses by module: those that were named, or else those that discovery knows."""
    found: dict[str, tuple[str, ...]] = {}
    for each in named:
        module, equals, address = each.partition("=")
        host, colon, port = address.rpartition(":")
        if not equals or not colon or not host or not port.isdecimal():
            raise CommandError(f"--upstream {each!r} is no MODULE=HOST:PORT.", returncode=2)
        found[module] = (*found.get(module, ()), address)
    if found:
        return found
    from urllib.parse import urlsplit

    from seamline.discovery import directory

    for instance in directory().instances():
        for module in instance.modules:
            found[module] = (*found.get(module, ()), urlsplit(instance.url).netloc)
    return found


def _share(options: dict[str, Any]) -> int:
    """Several processes on one listening socket; one that dies is started again, and all end with this one."""
    from seamline.gateway.workers import Workers

    family = socket.AF_INET6 if ":" in options["host"] else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((options["host"], options["port"]))
        except OSError as error:
            raise CommandError(
                f"{options['host']}:{options['port']} cannot be listened on: {error.strerror}."
            ) from error
        listener.listen(2048)
        listener.set_inheritable(True)
        base = [sys.executable, sys.argv[0], "gateway", "--host", options["host"], "--port", str(options["port"])]
        commands = [
            [*base, "--descriptor", str(listener.fileno())]
            + (["--admin-port", str(options["admin_port"] + number)] if options["admin_port"] else [])
            for number in range(options["workers"])
        ]
        return Workers(commands, descriptors=(listener.fileno(),)).run()
