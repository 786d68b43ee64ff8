"""This process's board and exchange, from the settings. Wiring only."""

from __future__ import annotations

import atexit
import os
import secrets
import socket

from django.conf import settings

from seamline.control.applying import Applied
from seamline.control.board import Board
from seamline.control.exchange import Exchange
from seamline.control.over_http import HttpBoard
from seamline.control.table import TableBoard
from seamline.modules.registry import hosted_modules

_exchange: Exchange | None = None


def board_of(text: str, *, caller: str) -> Board:
    """The board that goes with what ``SEAMLINE_REGISTRY`` says: the hub's where it names one, else the own table's.

    :param caller: who signs.
    """
    return HttpBoard(url=text, caller=caller) if is_elsewhere(text) else TableBoard()


def is_elsewhere(text: str) -> bool:
    """Whether that registry is another deployable's."""
    return text.startswith(("http://", "https://"))


def start_control(*, caller: str = "") -> Exchange | None:
    """Begin this process's exchange with the board, once; None where ``SEAMLINE_CONTROL`` is off.

    :param caller: who signs, where the process hosts no module, such as ``gateway``.
    """
    global _exchange  # noqa: PLW0603 - one for each process
    if _exchange is not None or not settings.SEAMLINE_CONTROL:
        return _exchange
    modules = [module.name for module in hosted_modules()]
    name = caller or "-".join(modules)[:100]
    host = socket.gethostname()
    _exchange = Exchange(
        board_of(settings.SEAMLINE_REGISTRY, caller=caller or (modules[0] if modules else "platform")),
        process=f"{host}-{os.getpid()}-{secrets.token_hex(3)}",
        host=host,
        deployable=name,
        applied=Applied(faults_allowed=settings.SEAMLINE_FAULTS),
        votes=settings.SEAMLINE_BREAKER_VOTES,
    )
    _exchange.start()
    atexit.register(_exchange.stop)
    return _exchange


def exchange() -> Exchange | None:
    """This process's exchange, where it was begun."""
    return _exchange


def _forget() -> None:
    global _exchange  # noqa: PLW0603 - threads do not survive a fork
    _exchange = None


os.register_at_fork(after_in_child=_forget)
