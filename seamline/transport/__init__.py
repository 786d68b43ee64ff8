"""The HTTP client of calls between deployables. It knows no contract."""

from seamline.transport.answer import Answer
from seamline.transport.errors import (
    AnswerTooLarge,
    BadAnswer,
    ExchangeError,
    Lost,
    NotSent,
    StaleConnection,
    TimedOut,
)
from seamline.transport.pool import Pool

__all__ = [
    "Answer",
    "AnswerTooLarge",
    "BadAnswer",
    "ExchangeError",
    "Lost",
    "NotSent",
    "Pool",
    "StaleConnection",
    "TimedOut",
]
