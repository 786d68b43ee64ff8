"""A process of the module that does what it is told, line by line, so that it can be frozen at a known point.

Run as ``python sleeper.py``; which move it belongs to comes as JSON in its only argument. It may not know of the move's
progress: it finds the data by itself.
"""

from __future__ import annotations

import json
import sys
import uuid
from typing import Any

from django.conf import settings

settings.configure(USE_TZ=True, TIME_ZONE="UTC", DATABASES={"default": {"ENGINE": "django.db.backends.dummy"}})

from django.db import Error, transaction  # noqa: E402

from seamline.carve.move.servers import Move, Server  # noqa: E402
from seamline.carve.move.tests.clients import connection_of  # noqa: E402


def main(told: dict[str, Any]) -> None:
    """Answer each line with one line."""
    move = Move(
        module="moved", source=Server(url=told["source"]), target=Server(url=told["target"]), secret=told["secret"]
    )
    wrapper = connection_of(move)
    for line in sys.stdin:
        word = line.strip()
        try:
            if word == "count":
                with wrapper.cursor() as cursor:
                    cursor.execute("SELECT count(*) FROM thing")
                    answer = str(cursor.fetchone()[0])
            elif word == "write":
                with transaction.atomic(using="moved"), wrapper.cursor() as cursor:
                    answer = _add(cursor)
            else:  # a transaction that stays open until the next line
                with transaction.atomic(using="moved"), wrapper.cursor() as cursor:
                    answer = _add(cursor)
                    print("open", flush=True)
                    sys.stdin.readline()
        except Error as error:
            wrapper.close()
            answer = f"error {type(error).__name__}"
        print(answer, flush=True)


def _add(cursor: Any) -> str:
    token = uuid.uuid4().hex
    cursor.execute("INSERT INTO thing (token) VALUES (%s)", [token])
    return token


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
