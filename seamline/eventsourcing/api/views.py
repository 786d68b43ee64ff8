"""The views of one aggregate or history: its state at any time, what changed between two, and all that happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from seamline.eventsourcing.aggregate import Aggregate, UnknownAggregate
from seamline.eventsourcing.api.serializers import DifferencesSerializer, KnownSerializer, LedgerHistorySerializer
from seamline.eventsourcing.difference import differences
from seamline.eventsourcing.limits import parsed
from seamline.eventsourcing.plain import plain
from seamline.eventsourcing.registry import Reader
from seamline.web.permissions import operator_may

MOST_EVENTS = 1_000
_MOMENT = "A time with its zone, such as 2026-11-23T20:00:00Z, or a version, such as 3."


class LedgerView(APIView):
    """Reads one type."""

    reader: ClassVar[Reader]
    word: ClassVar[str]

    def known(self, id: str, moment: str | None, *, name: str) -> Aggregate[Any]:
        """The thing as of a moment; a moment that is none is a 400, a thing of which nothing was known a 404."""
        try:
            as_of = None if moment is None else parsed(moment)
            return self.reader.get(id, as_of=as_of)
        except ValueError as error:
            raise exceptions.ValidationError({name: [str(error)]}) from error
        except UnknownAggregate as error:
            raise exceptions.NotFound(str(error)) from error


def views_of(reader: Reader) -> Mapping[str, type[LedgerView]]:
    """The views of one type by the end of their paths."""
    return {"": _state(reader), "diff/": _diff(reader), "history/": _history(reader)}


def _state(reader: Reader) -> type[LedgerView]:
    class StateView(LedgerView):
        """What is known of one thing."""

        permission_classes = [operator_may(reader.type.permission)]
        word = "state"

        @extend_schema(
            operation_id=_operation(reader, "state"),
            parameters=[OpenApiParameter("as_of", OpenApiTypes.STR, description=_MOMENT)],
            responses=KnownSerializer,
            tags=[reader.type.module],
        )
        def get(self, request: Request, id: str) -> Response:
            """What is known now, or was known at a time. For operators."""
            found = self.known(id, request.query_params.get("as_of"), name="as_of")
            return Response(
                {
                    "id": found.id,
                    "version": found.version,
                    "at": _text(found.at),
                    "state": plain(found.state, hidden=reader.type.hidden),
                }
            )

    StateView.reader = reader
    return StateView


def _diff(reader: Reader) -> type[LedgerView]:
    class DiffView(LedgerView):
        """What changed of one thing."""

        permission_classes = [operator_may(reader.type.permission)]
        word = "diff"

        @extend_schema(
            operation_id=_operation(reader, "diff"),
            parameters=[
                OpenApiParameter("from", OpenApiTypes.STR, required=True, description=_MOMENT),
                OpenApiParameter("to", OpenApiTypes.STR, description=f"{_MOMENT} Now where it is not given."),
            ],
            responses=DifferencesSerializer,
            tags=[reader.type.module],
        )
        def get(self, request: Request, id: str) -> Response:
            """What changed between two times or versions. For operators."""
            before = self.known(id, request.query_params.get("from", ""), name="from")
            after = self.known(id, request.query_params.get("to"), name="to")
            found = [
                {"field": each.field, "before": each.before, "after": each.after}
                for each in differences(before.state, after.state, hidden=reader.type.hidden)
            ]
            return Response(
                {"id": id, "from_version": before.version, "to_version": after.version, "differences": found}
            )

    DiffView.reader = reader
    return DiffView


def _history(reader: Reader) -> type[LedgerView]:
    class HistoryView(LedgerView):
        """What happened to one thing."""

        permission_classes = [operator_may(reader.type.permission)]
        word = "history"

        @extend_schema(
            operation_id=_operation(reader, "history"), responses=LedgerHistorySerializer, tags=[reader.type.module]
        )
        def get(self, request: Request, id: str) -> Response:
            """All that happened: when, by whom, why; the last thousand events. For operators."""
            found = self.reader.histories([id]).get(id)
            if not found:
                raise exceptions.NotFound(f"Nothing ever happened to {self.reader.type.full_name} {id}.")
            return Response(
                {
                    "id": id,
                    "total": len(found),
                    "events": [
                        {
                            "version": each.version,
                            "at": _text(each.at),
                            "name": each.name,
                            "event_id": str(each.event_id),
                            "actor": each.actor,
                            "reason": each.reason,
                            "causation": str(each.meta.get("causation", "")),
                            "data": plain(each.event, hidden=reader.type.hidden),
                        }
                        for each in found[-MOST_EVENTS:]
                    ],
                }
            )

    HistoryView.reader = reader
    return HistoryView


def _operation(reader: Reader, word: str) -> str:
    return f"{reader.type.module}_{reader.type.name}_{word}"


def _text(moment: datetime) -> str:
    return moment.isoformat()
