"""A site that says which process answers, and ends its server when it is asked to; for the tests beside."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any

from seamline.embedded.serving import serve


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The id of the web server's main process."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getppid()).encode()]


if __name__ == "__main__":
    # Whoever runs the tests in the background may have it ignored, and what is ignored is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(
        serve(
            application=f"{__spec__.name}:{sys.argv[2]}",
            host="127.0.0.1",
            port=int(sys.argv[1]),
            workers=1,
            threads=1,
            when_live=lambda: print("live", flush=True),
        )
    )
