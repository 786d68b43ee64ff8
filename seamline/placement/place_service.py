"""Use case: have a module served by a service, or by the hub again. Reversible at any time, in either direction."""

from __future__ import annotations

from django.conf import settings

from seamline.calls import current_call
from seamline.control.book import LONGEST_REASON
from seamline.control.table import django_execute
from seamline.modules.registry import hosted_modules
from seamline.placement import record
from seamline.placement.values import Change, Follower, Placement, Serves

MOST_CHANGES = 1000
LONGEST_ACTOR = 200


def place_service(module: str, *, serves: Serves, reason: str, actor: str = "", dry_run: bool = False) -> Placement:
    """Say who serves a module from now on; all processes of the hub hear of it at once.

    What is placed so already stays as it is, with the epoch that it has: asking twice is asking once. Use
    ``await_everywhere`` to know when all obey.

    :param reason: why; others see it, and it is kept.
    :param actor: on whose behalf; whoever the current call acts for where it is empty.
    :param dry_run: check it and change nothing; the answer has the epoch before.
    :raises LookupError: this deployable is not the hub, or does not host the module.
    :raises ValueError: there is no reason, or a too long one.
    :raises BoardAway: the database is out of reach.
    """
    ensure_hosted(module)
    reason = " ".join(reason.split())
    if not reason:
        raise ValueError("A placement needs a reason: it is all that will tell others whether it may be taken back.")
    if len(reason) > LONGEST_REASON:
        raise ValueError(f"The reason has {len(reason)} characters; {LONGEST_REASON} are kept.")
    actor = (actor or current_call().origin.actor)[:LONGEST_ACTOR]
    with django_execute() as execute:
        record.take_turns(execute)
        before = next((each for each in record.read(execute) if each.module == module), None)
        if before is None:
            before = Placement(module=module, serves=Serves.HERE)
        if before.serves is serves or dry_run:
            return before
        return record.change(execute, module=module, serves=serves, actor=actor, reason=reason)


def placements() -> tuple[Placement, ...]:
    """Who serves each module that is hosted here, in the order of the settings.

    :raises LookupError: this deployable is not the hub.
    :raises BoardAway: the database is out of reach.
    """
    ensure_hub()
    with django_execute() as execute:
        known = {each.module: each for each in record.read(execute)}
    return tuple(
        known.get(module.name, Placement(module=module.name, serves=Serves.HERE)) for module in hosted_modules()
    )


def placement_changes(*, module: str = "", limit: int = 100) -> tuple[Change, ...]:
    """Who changed what and why, the latest first.

    :param module: of this one alone; empty for all.
    :param limit: up to 1000.
    :raises LookupError: this deployable is not the hub.
    :raises BoardAway: the database is out of reach.
    """
    ensure_hub()
    with django_execute() as execute:
        return record.changes(execute, module=module, limit=min(limit, MOST_CHANGES))


def followers() -> tuple[Follower, ...]:
    """The live processes of the hub, and how far each has the placements in force.

    :raises LookupError: this deployable is not the hub.
    :raises BoardAway: the database is out of reach.
    """
    ensure_hub()
    with django_execute() as execute:
        return record.followers(execute)


def ensure_hub() -> None:
    """Nothing at the hub.

    :raises LookupError: this deployable is another.
    """
    if settings.SEAMLINE_REGISTRY:
        raise LookupError(
            f"Placements are kept at the hub; this deployable finds others through {settings.SEAMLINE_REGISTRY} and "
            "serves all that it hosts. Ask the hub."
        )


def ensure_hosted(module: str) -> None:
    """Nothing where the hub hosts the module.

    :raises LookupError: this deployable is not the hub, or does not host it.
    """
    ensure_hub()
    hosted = [each.name for each in hosted_modules()]
    if module not in hosted:
        raise LookupError(f"The hub does not host a module {module!r}; it hosts {', '.join(hosted) or 'none'}.")
