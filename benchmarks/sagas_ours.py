"""``python -m benchmarks.sagas_ours``: a process that runs three-step sagas of ours, one after the other.

Driven by ``benchmarks.sagas`` over its standard input. The steps have no effect but their state, so that nothing is
measured but the sagas themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import django

django.setup()

from benchmarks.events.apps import SHOP  # noqa: E402
from benchmarks.events.child import serve  # noqa: E402
from seamline.data import atomic  # noqa: E402
from seamline.sagas import Failure, Saga, SagaStatus, Step, StepRun, run, start  # noqa: E402


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    done: tuple[str, ...] = ()


def _action(name: str) -> Step[State]:
    def act(run: StepRun[State]) -> State:
        return replace(run.state, done=(*run.state.done, name))

    def undo(run: StepRun[State]) -> None:
        """There is nothing to undo."""

    return Step(name=name, action=act, compensation=undo)


def _complete(state: State) -> int:
    return len(state.done)


def _reject(state: State, failure: Failure) -> None:
    raise RuntimeError(f"A step failed: {failure}")


SAGA = Saga(
    name=f"{SHOP}.benchmark",
    version=1,
    module=SHOP,
    state=State,
    steps=(_action("reserve"), _action("pay"), _action("ship")),
    complete=_complete,
    reject=_reject,
)


def work(first: int, count: int) -> None:
    """Start and run so many sagas."""
    for number in range(first, first + count):
        with atomic(SHOP):
            runner = start(SAGA, id=str(number), state=State())
        if run(runner) is not SagaStatus.COMPLETED or runner.result != 3:
            raise RuntimeError(f"The saga {number} did not end whole.")


if __name__ == "__main__":
    serve(work=work)
