"""Calls of modules that live in other processes: an instance is picked, asked over signed HTTP, and asked elsewhere."""

from seamline.calls.remote.binding import RemoteBinding

__all__ = ["RemoteBinding"]
