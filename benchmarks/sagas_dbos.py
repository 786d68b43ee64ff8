"""``python -m benchmarks.sagas_dbos``: a process that runs three-step workflows of DBOS, one after the other.

The same as ``benchmarks.sagas_ours``, and driven in the same way. Imports nothing of ours but the reading of commands.
"""

from __future__ import annotations

import os

from dbos import DBOS, DBOSConfig, SetWorkflowID

from benchmarks.events.child import serve

CONFIG: DBOSConfig = {
    "name": "benchmark",
    "system_database_url": os.environ["BENCH_URL"].replace("postgresql://", "postgresql+psycopg://"),
    "log_level": "WARNING",
    "executor_id": str(os.getpid()),
    "run_admin_server": False,
}
DBOS(config=CONFIG)


@DBOS.step()
def reserve(done: list[str]) -> list[str]:
    return [*done, "reserve"]


@DBOS.step()
def pay(done: list[str]) -> list[str]:
    return [*done, "pay"]


@DBOS.step()
def ship(done: list[str]) -> list[str]:
    return [*done, "ship"]


@DBOS.workflow()
def benchmark() -> int:
    return len(ship(pay(reserve([]))))


def work(first: int, count: int) -> None:
    """Run so many workflows."""
    for number in range(first, first + count):
        with SetWorkflowID(str(number)):
            if benchmark() != 3:
                raise RuntimeError(f"The workflow {number} did not end whole.")


if __name__ == "__main__":
    DBOS.launch()
    serve(work=work)
    DBOS.destroy()
