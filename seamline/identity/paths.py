"""Which module a path is for, and which paths keep the browser's session: those stay with the hub, cookies and all."""

from __future__ import annotations

from django.conf import settings

from seamline.identity.passing_on import COMPOSITIONS

_API = "/api/v1/"


def audience_of(path: str) -> str | None:
    """The module to which an identity is sealed for this path, hosted here or not; or compositions, for the door.

    :param path: decoded.
    :returns: None for pages, other paths below ``/api/`` and session paths: whoever serves those looks for themselves.
    """
    if not path.startswith(_API) or is_session_path(path):
        return None
    module, slash, _ = path[len(_API) :].partition("/")
    return module if slash and (module in settings.MODULES or module == COMPOSITIONS) else None


def is_session_path(path: str) -> bool:
    """Whether the browser's session is changed there (log in, log out, change the password)."""
    return path in settings.SEAMLINE_SESSION_PATHS
