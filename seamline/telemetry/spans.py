"""Spans of OpenTelemetry around the hops of a request: door, call, instance, handler. They cost nothing until wanted.

They are wanted where the extra ``otel`` is installed and ``OTEL_EXPORTER_OTLP_ENDPOINT`` says where to send them; all
other settings are OpenTelemetry's own environment variables. Without, a ``traceparent`` that comes in is still carried.
This file may not know what the hops are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from importlib.util import find_spec
from typing import Any

from seamline.calls.context import Call, Origin, current

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


class Hop(StrEnum):
    """What a span stands for; named as OpenTelemetry's kinds are."""

    SERVER = "SERVER"
    CLIENT = "CLIENT"
    INTERNAL = "INTERNAL"
    CONSUMER = "CONSUMER"


_NOTHING = nullcontext()
MOST_JOINED = 100
_tracer: Any = None


def wanted() -> bool:
    """Whether spans are to be made in this process."""
    return bool(os.environ.get(ENDPOINT)) and find_spec("opentelemetry.sdk") is not None


def install(*, service: str) -> None:
    """Begin to make spans, if they are wanted; a process that was forked begins anew with its own exporter.

    :param service: this deployable's name, unless ``OTEL_SERVICE_NAME`` says another.
    """
    if not wanted():
        return
    _start(service)
    os.register_at_fork(after_in_child=lambda: _start(service))


def _start(service: str) -> None:
    global _tracer  # noqa: PLW0603 - once for each process
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    os.environ.setdefault("OTEL_SERVICE_NAME", service)
    provider = TracerProvider(resource=Resource.create())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = provider.get_tracer("seamline")


def tracing() -> bool:
    """Whether ``span`` makes any."""
    return _tracer is not None


def span(name: str, hop: Hop, **attributes: str | int | float) -> AbstractContextManager[None]:
    """The block as a span below the one that the current call is part of; what it calls becomes part of it.

    An exception is noted by its class alone: texts may hold what is nobody's business.
    """
    return _NOTHING if _tracer is None else _span(name, hop, attributes)


@contextmanager
def _span(name: str, hop: Hop, attributes: dict[str, str | int | float]) -> Iterator[None]:
    from opentelemetry.trace import SpanKind, Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    propagator = TraceContextTextMapPropagator()
    call = current.get()
    origin = call.origin
    parent = propagator.extract({"traceparent": origin.traceparent} if origin.traceparent else {})
    with _tracer.start_as_current_span(
        name, context=parent, kind=SpanKind[hop], attributes=attributes, record_exception=False,
        set_status_on_exception=False,
    ) as started:  # fmt: skip
        carried: dict[str, str] = {}
        propagator.inject(carried)
        inner = Origin(
            actor=origin.actor,
            correlation_id=origin.correlation_id,
            traceparent=carried.get("traceparent", origin.traceparent),
        )
        token = current.set(Call(call.operation, call.deadline, call.idempotency_key, inner))
        try:
            yield
        except BaseException as error:
            started.set_attribute("error.type", type(error).__name__)
            started.set_status(Status(StatusCode.ERROR))
            raise
        finally:
            current.reset(token)


def joined(name: str, hop: Hop, parents: Iterable[str]) -> AbstractContextManager[None]:
    """The block as a span of each of several traces: work for many requests at once, such as a batch of events.

    :param parents: their ``traceparent``; empty ones and repetitions are left out, and what is beyond ``MOST_JOINED``.
    """
    return _NOTHING if _tracer is None else _joined(name, hop, parents)


@contextmanager
def _joined(name: str, hop: Hop, parents: Iterable[str]) -> Iterator[None]:
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    propagator = TraceContextTextMapPropagator()
    wanted = list(dict.fromkeys(filter(None, parents)))[:MOST_JOINED]
    started = [
        _tracer.start_span(name, context=propagator.extract({"traceparent": parent}), kind=SpanKind[hop])
        for parent in wanted
    ]
    try:
        yield
    finally:
        for each in started:
            each.end()


def flush() -> None:
    """Send what was made so far; at the end of a process."""
    if _tracer is not None:
        _tracer.span_processor.force_flush()
