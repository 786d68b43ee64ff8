"""``manage.py ledger forget``: throw the key of a person away, so that nobody reads what events say about them."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.eventsourcing.subject_keys import forget_subject
from seamline.management.events.output import Output
from seamline.modules.registry import module_named

NAME = "forget"
HELP = "forget a person: what events say about them can never be read again, and the chains stay whole"
EPILOG = """\
examples:
  manage.py ledger forget payments 7f3a... --reason 'asked for it on 2026-11-23'
  manage.py ledger forget payments 7f3a... --reason test --dry-run

There is no way back. Copies of the database made before still hold the key: let them expire.

exit status: 0 forgotten, now or before; 1 not confirmed; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Whom, and why."""
    parser.add_argument("module", help="the module whose events they are")
    parser.add_argument("subject", help="the person, as the events name them")
    parser.add_argument("--reason", required=True, help="kept with the empty place of the key")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument("--no-input", action="store_true", help="do not ask")


def run(options: dict[str, Any], output: Output) -> bool:
    """Forget."""
    module, subject = module_named(options["module"]).name, options["subject"]
    if not options["reason"].strip():
        raise CommandError("--reason is empty: say why, for whoever audits this later.", returncode=2)
    if options["dry_run"]:
        output.json({"dry_run": True, "module": module, "subject": subject})
        output.line(f"would throw away the key of {subject} in {module}, and all snapshots of the module")
        return False
    if not output.confirm(f"Forget {subject} in {module} for ever?", no_input=options["no_input"]):
        return True
    changed = forget_subject(module, subject, by=f"operator:{getpass.getuser()}", reason=options["reason"])
    output.json({"module": module, "subject": subject, "changed": changed})
    output.line(f"{subject} is forgotten." if changed else f"{subject} had been forgotten before.")
    return False
