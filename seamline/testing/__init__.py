"""What tests of modules need: a real PostgreSQL, the module alone or the whole shop, fakes that keep the contract.

Loaded by pytest through ``-p seamline.testing.plugin``; nothing here runs in production.
"""

from seamline.testing.examples import example_of
from seamline.testing.fakes import Fake
from seamline.testing.threads import at_once
from seamline.testing.waiting import wait_until

__all__ = ["Fake", "at_once", "example_of", "wait_until"]
