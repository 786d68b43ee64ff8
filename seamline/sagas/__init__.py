"""Sagas: durable processes of several steps in several modules, with compensation instead of a shared transaction.

Modules import this package's names and nothing below it.
"""

from seamline.sagas.definition import Failure, Retry, Saga, Step, StepRun, Wait
from seamline.sagas.instance import SagaInstance, SagaStatus, TimelineEntry
from seamline.sagas.operating import PERMISSIONS, compensate, instance, instances, retry, skip
from seamline.sagas.progress import Runner
from seamline.sagas.running import resume, resume_due, run, start, wait_for
from seamline.sagas.store import SagaExists, SagaNotFree, UnknownSaga
from seamline.sagas.waiting import signal, unfinished

__all__ = [
    "PERMISSIONS",
    "Failure",
    "Retry",
    "Runner",
    "Saga",
    "SagaExists",
    "SagaInstance",
    "SagaNotFree",
    "SagaStatus",
    "Step",
    "StepRun",
    "TimelineEntry",
    "UnknownSaga",
    "Wait",
    "compensate",
    "instance",
    "instances",
    "resume",
    "resume_due",
    "retry",
    "run",
    "signal",
    "skip",
    "start",
    "unfinished",
    "wait_for",
]
