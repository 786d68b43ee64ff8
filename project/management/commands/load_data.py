"""``manage.py load_data``: what a shop needs before its first customer: real data or the demo, and demo logins."""

from __future__ import annotations

import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from project.demo.logins import make_demo_logins
from project.demo.shipment import demo_shipment
from project.retail.importer import deliver_events, is_complete, last_settled, send_shipment
from project.retail.importing import import_retail_file, was_imported
from project.retail.learning import learn_recommendations
from project.retail.locating import HOW_TO_GET, VARIABLE, retail_file
from project.retail.progress import shown_progress
from project.retail.source import RetailFileError
from seamline.contract import ContractError
from seamline.events import NotDrained
from seamline.split.waiting import ModulesAway, await_modules

NEEDED = ("catalog", "customers", "inventory", "orders", "payments")
PATIENCE = 120.0
"""Seconds for modules that live elsewhere to answer: they may have been started just now."""


class Command(BaseCommand):
    """Chooses the source and calls the use cases."""

    help = f"""Load the shop's data, once; 'manage.py up' calls this at every start.

{VARIABLE}=FILE names the file of real invoices; without it, the one at ../shared/data/online_retail.csv.xz
beside the repository is taken. Where there is none, or with {VARIABLE}=demo, a small demo shop is loaded.
Modules that live elsewhere get theirs through their contracts, from the process that has the shop's pages.
In demo mode (SEAMLINE_DEMO, on by default while DEBUG is) a customer's and an operator's login are made as well.
"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter

    def handle(self, *args: Any, **options: Any) -> None:
        missing = [name for name in NEEDED if name not in settings.HOSTED]
        if missing and not (settings.SEAMLINE_DOOR and (settings.SEAMLINE_REGISTRY or settings.SEAMLINE_ADVERTISE)):
            self.stdout.write(f"Data: not loaded by this process, which does not host {', '.join(missing)}.")
            return
        try:
            await_modules(missing, seconds=PATIENCE)
            path = retail_file(root=settings.BASE_DIR, named=os.environ.get(VARIABLE, ""))
            if path is None:
                self._load_demo()
            else:
                self._load_file(path)
            if settings.DEMO:
                make_demo_logins()
        except (RetailFileError, ModulesAway) as error:
            raise CommandError(str(error)) from error
        except (ContractError, NotDrained) as error:
            raise CommandError(
                f"The data could not be loaded: {error}\nStart again: what is stored is not stored twice."
            ) from error

    def _load_file(self, path: Path) -> None:
        marks = settings.BASE_DIR / ".seamline" / "imports"
        if was_imported(path, marks=marks):
            self.stdout.write(f"Data: {path.name} is loaded.")
            return
        with shown_progress() as progress:
            report = import_retail_file(path, marks=marks, progress=progress)
            learn_recommendations(progress=progress)
        self.stdout.write(report.as_text())

    def _load_demo(self) -> None:
        shipment = demo_shipment()
        if not is_complete(last_settled(shipment)):
            with shown_progress() as progress:
                send_shipment(shipment, progress=progress)
                deliver_events(progress=progress)
                learn_recommendations(progress=progress)
        self.stdout.write(f"Data: the demo shop, {len(shipment.products)} products of our own making. {HOW_TO_GET}")
