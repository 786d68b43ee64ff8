"""Old callers and a newer service: whether they understand each other is tried out before calls go there."""

from seamline.carve.versions.checking import Refusal, ServiceNotAsked, check_service

__all__ = ["Refusal", "ServiceNotAsked", "check_service"]
