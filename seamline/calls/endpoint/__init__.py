"""The server side of calls from other deployables: a WSGI application of its own, before Django's middleware."""

from seamline.calls.endpoint.application import with_internal_calls

__all__ = ["with_internal_calls"]
