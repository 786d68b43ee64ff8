"""How an exchange fails, in the terms that decide whether it may be repeated. Texts name the place, never a header."""

from __future__ import annotations


class ExchangeError(Exception):
    """There is no answer that can be used; the text says where and why."""


class NotSent(ExchangeError):
    """The server cannot have seen the request: it may be sent anew, to anybody."""


class TimedOut(ExchangeError):
    """The deadline passed; the request may have been carried out."""


class Lost(ExchangeError):
    """The connection ended before the whole answer was there; the request may have been carried out."""


class StaleConnection(Lost):
    """A kept connection ended before one byte of an answer: most likely the server closed it before the request."""


class BadAnswer(ExchangeError):
    """What came is no HTTP, or not what was promised."""


class AnswerTooLarge(BadAnswer):
    """The answer is larger than allowed."""
