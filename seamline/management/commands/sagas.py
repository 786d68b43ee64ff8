"""``manage.py sagas``: which processes are under way, what happened to one, and what operators do with a stuck one."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Callable
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.calls import acting_as
from seamline.contract.codec import encode
from seamline.modules import hosted_modules
from seamline.sagas import (
    SagaInstance,
    SagaNotFree,
    SagaStatus,
    UnknownSaga,
    compensate,
    instance,
    instances,
    retry,
    skip,
)

LONGEST_LIST = 100_000
EPILOG = """\
examples:
  manage.py sagas list                                  the newest of every module
  manage.py sagas list --status stuck --format json     what somebody should look at
  manage.py sagas show 5b0c...                          one with its timeline: each step, when, how long, why it failed
  manage.py sagas retry 5b0c...                         try its step now, here, and print what came of it
  manage.py sagas skip 5b0c... --reason "refunded by hand, ticket 81"     go on without its step or compensation
  manage.py sagas compensate 5b0c... --reason "customer called" --dry-run   what turning it back would undo

exit status: 0 all well; 1 'list' found stuck ones, the saga is unknown or cannot be changed now, or is not over after
'retry', 'skip' or 'compensate'; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: everything is in ``seamline.sagas``."""

    help = (
        "Show sagas, the processes of several steps in several modules, and try one again. A step that fails in a way "
        "that may pass is retried by itself with growing delays; one that fails for good turns the saga back and what "
        "was done is undone, for as long as it takes. A saga that gets nowhere is called stuck."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        common = CommandParser(add_help=False)
        common.add_argument("--format", choices=("text", "json"), default="text", help="json is stable, for programs")
        common.add_argument("--module", help="only this module's")
        listed = commands.add_parser("list", parents=[common], help="sagas, the newest first")
        listed.add_argument("--name", help="only of this kind, such as orders.checkout")
        listed.add_argument("--status", action="append", choices=[s.value for s in SagaStatus], help="can be repeated")
        listed.add_argument("--limit", type=_count, default=50, help="of each module (default: %(default)s)")
        for name, text in (("show", "one saga with its timeline"), ("retry", "try a waiting or stuck one now")):
            commands.add_parser(name, parents=[common], help=text).add_argument("id", help="the saga's id")

        for name, text in (
            ("skip", "go on without the step, compensation or wait that it is at; you answer for its effect"),
            ("compensate", "turn it back: undo what was done"),
        ):
            changing = commands.add_parser(name, parents=[common], help=text)
            changing.add_argument("id", help="the saga's id")
            changing.add_argument("--reason", required=True, help="kept in the timeline, with your name")
            changing.add_argument("--dry-run", action="store_true", help="only print what would be done")
            changing.add_argument("--no-input", action="store_true", help="do not ask")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            found = getattr(self, f"_{action}")(options)
        except (LookupError, SagaNotFree) as error:
            raise CommandError(str(error).strip("\"'"), returncode=1) from error
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        if found:
            raise SystemExit(1)

    def _list(self, options: dict[str, Any]) -> bool:
        statuses = [SagaStatus(value) for value in options["status"]] if options["status"] else None
        found = [
            each
            for module in self._modules(options)
            for each in instances(module, name=options["name"], statuses=statuses, limit=options["limit"])
        ]
        if options["format"] == "json":
            self._print_json({"sagas": found})
        else:
            for each in found:
                self.stdout.write(_line(each))
            self.stdout.write(f"{len(found)} sagas")
        return any(each.status is SagaStatus.STUCK for each in found)

    def _show(self, options: dict[str, Any]) -> bool:
        self._print(self._find(options), options)
        return False

    def _retry(self, options: dict[str, Any]) -> bool:
        found = self._find(options)
        with acting_as(f"operator:{getpass.getuser()}"):
            after = retry(found.module, id=found.id)
        self._print(after, options)
        return not after.status.is_over

    def _skip(self, options: dict[str, Any]) -> bool:
        return self._change(
            options,
            change=lambda found, reason: skip(found.module, id=found.id, reason=reason, at=found.place),
            text="go on without",
        )

    def _compensate(self, options: dict[str, Any]) -> bool:
        return self._change(
            options,
            change=lambda found, reason: compensate(found.module, id=found.id, reason=reason),
            text="turn back from",
        )

    def _change(
        self, options: dict[str, Any], *, change: Callable[[SagaInstance, str], SagaInstance], text: str
    ) -> bool:
        found = self._find(options)
        self.stderr.write(f"{found.module}: {found.id} would {text} {found.step}")
        if options["dry_run"]:
            self._print(found, options)
            return False
        if not options["no_input"] and input("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
            raise CommandError("Nothing was done.", returncode=1)
        with acting_as(f"operator:{getpass.getuser()}"):
            after = change(found, options["reason"])
        self._print(after, options)
        return not after.status.is_over

    def _find(self, options: dict[str, Any]) -> SagaInstance:
        modules = self._modules(options)
        for module in modules:
            try:
                return instance(module, id=options["id"])
            except UnknownSaga:
                continue
        raise UnknownSaga(f"None of {', '.join(modules)} has a saga {options['id']!r}.")

    @staticmethod
    def _modules(options: dict[str, Any]) -> list[str]:
        return [options["module"]] if options["module"] else [each.name for each in hosted_modules()]

    def _print(self, found: SagaInstance, options: dict[str, Any]) -> None:
        if options["format"] == "json":
            self._print_json({"saga": found})
            return
        self.stdout.write(_line(found))
        for entry in found.timeline:
            parts = [entry.at.isoformat(timespec="milliseconds"), entry.what.value, entry.step]
            parts += [f"attempt {entry.attempt}"] if entry.attempt else []
            parts += [f"{entry.seconds:.3f} s"] if entry.seconds is not None else []
            parts += [f"by {entry.actor}"] if entry.actor else []
            parts += [entry.error] if entry.error else []
            parts += [f"because: {entry.reason}"] if entry.reason else []
            self.stdout.write("  " + "  ".join(part for part in parts if part))

    def _print_json(self, value: dict[str, Any]) -> None:
        self.stdout.write(msgspec.json.format(encode(value)).decode())


def _count(text: str) -> int:
    if text.isdecimal() and 1 <= (count := int(text)) <= LONGEST_LIST:
        return count
    raise argparse.ArgumentTypeError(f"{text!r} is no number of sagas: give a whole number from 1 to {LONGEST_LIST}.")


def _line(each: SagaInstance) -> str:
    place = "" if each.status.is_over else f", {each.place}"
    place += f", waits until {each.wait_until:%Y-%m-%d %H:%M:%S}" if each.wait_until else ""
    tries = f", {each.attempts} failed attempts, next at {each.next_at:%Y-%m-%d %H:%M:%S}" if each.attempts else ""
    error = f": {each.last_error}" if each.last_error and not each.status.is_over else ""
    turned = f", turned back at {each.failure.step} by {each.failure.code}" if each.failure else ""
    return f"{each.id} {each.name} v{each.version} {each.status}{place}{turned}{tries}{error}"
