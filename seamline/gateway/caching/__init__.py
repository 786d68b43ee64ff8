"""Answers that the front door remembers, by explicit rules or because the module said so, and 304 for who has them."""

from seamline.gateway.caching.answers import RememberedAnswers
from seamline.gateway.caching.rules import CacheRule, WrongRule

__all__ = ["CacheRule", "RememberedAnswers", "WrongRule"]
