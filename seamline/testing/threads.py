"""Work done by many threads at the same moment, for tests of races. It leaves no connection of theirs open."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from seamline.data import release_connections


def at_once(work: Callable[[int], object], *, threads: int) -> list[Any]:
    """Do the work in so many threads at once; what each answers, or the exception that it ended with."""

    def one(number: int) -> object:
        try:
            return work(number)
        except Exception as error:
            return error
        finally:
            release_connections()

    with ThreadPoolExecutor(max_workers=threads) as pool:
        return list(pool.map(one, range(threads)))
