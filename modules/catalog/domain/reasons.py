"""Why somebody changes a price or ends a product."""

from __future__ import annotations

from seamline.contract import InvalidArgument

LONGEST_REASON = 200


def acceptable_reason(reason: str, *, operation: str) -> str:
    """The reason, as it is kept.

    :param operation: full name of the contract's operation, for the error.
    :raises InvalidArgument: it is longer than 200 characters, or holds what no text column can.
    """
    if len(reason) > LONGEST_REASON:
        raise InvalidArgument(
            operation=operation, reason=f"the reason has {len(reason)} characters, {LONGEST_REASON} are allowed"
        )
    if "\0" in reason:
        raise InvalidArgument(operation=operation, reason="the reason holds a NUL character; leave it out")
    return reason
