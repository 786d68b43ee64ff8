"""Shadow reads switched on and off for a move: the role at the target, then the word to all processes.

This file may not print, and decides nothing about the move.
"""

from __future__ import annotations

from seamline.carve.move.servers import Move
from seamline.carve.shadow import record
from seamline.carve.shadow.target import drop_shadow_role, prepare_shadow_role
from seamline.carve.shadow.values import Setting, ShadowReport
from seamline.control.table import django_execute

LONGEST = 7 * 24 * 3600.0
HOUR = 3600.0


def shadow_on(move: Move, *, share: float, seconds: float = HOUR, actor: str = "") -> Setting:
    """Have this share of the module's queries asked at the target too, for so long.

    :param share: above 0, at most 1.
    :raises ValueError: the share or the time is out of bounds.
    :raises BoardAway: the hub's database is.
    """
    if not 0 < share <= 1:
        raise ValueError(f"The share of queries is {share:g}; give one above 0 and at most 1, such as 0.05.")
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"Shadow reads last {seconds:g} s; give up to {LONGEST:g}.")
    place = move.target.place
    with move.target.connect(module=move.module) as target:
        prepare_shadow_role(target, module=move.module, secret=move.secret)
    setting = Setting(
        module=move.module,
        share=share,
        host=place.host,
        port=place.port,
        dbname=place.dbname,
        options=place.options,
        slot=move.subscription,
    )
    with django_execute() as execute:
        record.switch_on(execute, setting, seconds=seconds, actor=actor or "system")
    return setting


def shadow_off(move: Move) -> None:
    """Have all processes stop, and take the role's rights away; what was found stays readable.

    :raises BoardAway: the hub's database is.
    """
    with django_execute() as execute:
        record.switch_off(execute, move.module)
    with move.target.connect(module=move.module) as target:
        drop_shadow_role(target, module=move.module)


def end_shadow(move: Move) -> bool:
    """Switch it off where it is on, as before a cutover; whether it was on.

    :raises BoardAway: the hub's database is.
    """
    with django_execute() as execute:
        on = any(setting.module == move.module for setting in record.read(execute))
    if on:
        shadow_off(move)
    return on


def shadow_report(module: str, *, limit: int = 20) -> ShadowReport:
    """What was found so far.

    :raises BoardAway: the hub's database is.
    """
    with django_execute() as execute:
        return record.report(execute, module, limit=limit)
