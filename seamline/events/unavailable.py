"""What lies outside cannot be reached: no fault of an event, so none is counted; whoever delivers comes again later."""

from __future__ import annotations


class Unavailable(Exception):
    """Something that delivery needs cannot be reached or used now; the text says what and why. Nothing is lost.

    A handler that raises it is called again with the same events after a pause, any number of times: they are neither
    counted as failed nor put aside, and all later ones of the subscription wait.
    """
