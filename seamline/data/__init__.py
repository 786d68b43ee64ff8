"""One alias, one PostgreSQL schema and two roles for each module; the only way in which modules open transactions.

Modules import this package's names and nothing below it.
"""

from seamline.data.read_side import read_side
from seamline.data.transaction import (
    Transaction,
    after_commit,
    atomic,
    connection_for,
    current_transaction,
    release_connections,
)

__all__ = [
    "Transaction",
    "after_commit",
    "atomic",
    "connection_for",
    "current_transaction",
    "read_side",
    "release_connections",
]
