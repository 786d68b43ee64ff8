"""The garbage collector put off while a batch is taken in, which is half of a rebuild's processor time otherwise.

A batch makes tens of thousands of objects that all die with it, without a cycle; the collector searches them, and the
whole heap of the process with them, again and again. This file may not put it off for longer than its block.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_put_off() -> Iterator[None]:
    """Collect no cycles in this block, in any thread of the process; afterwards as before."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
