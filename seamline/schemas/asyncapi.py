"""The AsyncAPI 3.0 document of all events: who sends what, who receives it, what it looks like.

Made from contracts, manifests and the corpus alone, the same in every process that hosts the same modules. This file
may not know how the document is served.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import yaml
from django.conf import settings

from seamline.contract import Contract, Event
from seamline.contract.event import module_of
from seamline.modules import Module, hosted_modules
from seamline.schemas.corpus import Corpus, read_corpus
from seamline.schemas.declared import declared_contracts, released_folder
from seamline.schemas.json_schema import description_of, json_schemas
from seamline.schemas.samples import samples_of

JSON = "application/json"
_TEXT = {"type": "string"}
CLOUD_EVENT = {
    "name": "cloudEvent",
    "title": "CloudEvents 1.0 attributes",
    "summary": "What every event carries besides its payload, which is its data; in structured mode all is one JSON "
    "document, in binary mode transports prefix the names as their binding says.",
    "contentType": JSON,
    "headers": {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "time", "datacontenttype", "sequence", "schemaversion"],
        "properties": {
            "specversion": {**_TEXT, "const": "1.0"},
            "id": {**_TEXT, "format": "uuid", "description": "The same at every delivery of the event: dedupe by it."},
            "source": {**_TEXT, "format": "uri-reference", "description": "The module that published it."},
            "type": {**_TEXT, "description": "The event's name, stable for ever."},
            "subject": {**_TEXT, "description": "The event's key: events with the same one come in order."},
            "time": {**_TEXT, "format": "date-time", "description": "When it was published."},
            "datacontenttype": {**_TEXT, "const": JSON},
            "schemaversion": {**_TEXT, "description": "Counts incompatible changes of the payload."},
            "partitionkey": {**_TEXT, "description": "The subject once more, for transports that divide by it."},
            "sequence": {**_TEXT, "description": "The place in the publisher's log; as text it sorts like a number."},
            "correlationid": {**_TEXT, "description": "What was done on whose behalf; absent where that is not known."},
        },
    },
}


def asyncapi_document() -> dict[str, Any]:
    """The document of this project, titled and placed as ``SEAMLINE_ASYNCAPI`` says."""
    return document(
        about=settings.SEAMLINE_ASYNCAPI,
        contracts=declared_contracts(),
        modules=hosted_modules(),
        corpus=read_corpus(released_folder()),
    )


def as_json(document: dict[str, Any]) -> str:
    """Indented."""
    return msgspec.json.format(msgspec.json.encode(document)).decode() + "\n"


def as_yaml(document: dict[str, Any]) -> str:
    """In the document's own order."""
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def document(
    *, about: Mapping[str, Any], contracts: Sequence[type[Contract]], modules: Sequence[Module], corpus: Corpus
) -> dict[str, Any]:
    """An AsyncAPI 3.0 document as plain JSON.

    :param about: ``title``, ``version``, ``description`` and, if there are any, ``servers`` as AsyncAPI has them.
    """
    events = sorted((event for each in contracts for event in each.events), key=lambda event: event.event_name)
    payloads, components = json_schemas(events, ref_template="#/components/schemas/{name}")
    publishing = [each for each in contracts if each.events]
    operations = dict(sorted([*_sent(events), *_received(modules, events)]))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": about["title"],
            "version": about["version"],
            "description": about["description"],
            "tags": [{"name": each.module, "description": description_of(each)} for each in publishing],
        },
        "defaultContentType": JSON,
        **({"servers": dict(about["servers"])} if about.get("servers") else {}),
        "channels": {event.event_name: _channel(event) for event in events},
        "operations": operations,
        "components": {
            "schemas": components,
            "messages": {
                event.event_name: _message(event, payload, corpus)
                for event, payload in zip(events, payloads, strict=True)
            },
            "messageTraits": {"cloudEvent": CLOUD_EVENT},
        },
    }


def _channel(event: type[Event]) -> dict[str, Any]:
    return {
        "address": event.event_name,
        "title": event.__name__,
        **_described(event),
        "messages": {event.event_name: {"$ref": f"#/components/messages/{event.event_name}"}},
        "tags": [{"name": module_of(event)}],
    }


def _message(event: type[Event], payload: dict[str, Any], corpus: Corpus) -> dict[str, Any]:
    return {
        "name": event.event_name,
        "title": event.__name__,
        **_described(event),
        "contentType": JSON,
        "payload": payload,
        "tags": [{"name": module_of(event)}],
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "examples": [{"name": "usual", "payload": example_of_event(event, corpus)}],
        "x-key": event.event_key,
        "x-schema-version": event.schema_version,
    }


def example_of_event(event: type[Event], corpus: Corpus) -> dict[str, Any]:
    """A usual payload: the one released last, or a made one where the schema is not released yet."""
    released = corpus.version(event.event_name, event.schema_version)
    return released.latest.samples[0] if released else samples_of(event)[0]


def subscribers_of(event: type[Event], modules: Sequence[Module]) -> Iterator[str]:
    """The names of the hosted modules' subscriptions to the event."""
    return (each.name for module in modules for each in module.subscriptions if event in each.events)


def _sent(events: Sequence[type[Event]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for event in events:
        name = event.event_name
        yield f"send.{name}", _operation("send", name, f"{module_of(event)} publishes {name}.", module_of(event))


def _received(modules: Sequence[Module], events: Sequence[type[Event]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for event in events:
        for subscription in subscribers_of(event, modules):
            name, module = event.event_name, subscription.partition(".")[0]
            summary = f"The subscription {subscription} receives {name}."
            yield f"receive.{subscription}.{name}", _operation("receive", name, summary, module)


def _operation(action: str, event: str, summary: str, module: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{event}"},
        "summary": summary,
        "tags": [{"name": module}],
        "messages": [{"$ref": f"#/channels/{event}/messages/{event}"}],
    }


def _described(event: type[Event]) -> dict[str, str]:
    text = description_of(event)
    return {"description": text} if text else {}
