"""The server of ``benchmarks.remote_call``: a contract behind the endpoint of internal calls, and a bare path."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup()

from benchmarks.guarded_call import Adder, AdderService  # noqa: E402
from seamline.calls.endpoint import with_internal_calls  # noqa: E402
from seamline.calls.local import LocalBinding  # noqa: E402

_binding = LocalBinding(AdderService())
ANSWER = b'{"result":3}'


def _bare(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(ANSWER)))])
    return [ANSWER]


application = with_internal_calls(_bare, hosted=lambda module: (Adder, _binding) if module == "adder" else None)
