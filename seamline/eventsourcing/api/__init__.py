"""What was known, over HTTP: below each module's own address, so that it moves with the module. For operators."""

from seamline.eventsourcing.api.urls import ledger_urls

__all__ = ["ledger_urls"]
