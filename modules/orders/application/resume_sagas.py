"""The job that carries on checkouts and cancellations which wait, or whose process died."""

from __future__ import annotations

from seamline.sagas import resume_due


def resume_sagas() -> None:
    """Carry on all that is due and that nobody carries on."""
    resume_due("orders")
