"""The event side of the contracts as an AsyncAPI 3 document."""

from __future__ import annotations

from typing import Any

from crm_contracts.tools.schemas import EVENT, PERSONAL_EVENT, Schema, Schemas
from crm_contracts.tools.source import Source

EXCHANGE = "crm.events"
PARTITIONS = 32

_ABOUT = f"""\
Everything that happens in the suite, as CloudEvents 1.0 in structured JSON on the AMQP topic exchange
`{EXCHANGE}`. Programs outside the suite follow `{EXCHANGE}.public`, and for personal events `{EXCHANGE}.personal`,
with the same keys.

The routing key is the type and the partition of the record; events of one record always use the same
partition, so their order is kept. Every event may come more than once: remember its `id`, and compare
`sequence`. New fields may appear at any time; a change that breaks readers gets a new type.
"""

ENVELOPE: Schema = {
    "type": "object",
    "description": "The envelope of every event (CloudEvents 1.0).",
    "properties": {
        "specversion": {"type": "string", "const": "1.0"},
        "id": {"type": "string", "format": "uuid", "description": "UUIDv7; the same in every repetition."},
        "source": {"type": "string", "format": "uri-reference", "description": "The publishing service."},
        "type": {"type": "string", "description": "What happened to what kind of record."},
        "subject": {"type": "string", "description": "Id of the record."},
        "time": {"type": "string", "format": "date-time", "description": "When it happened."},
        "dataschema": {"type": "string", "format": "uri-reference", "description": "Name of data's message."},
        "datacontenttype": {"type": "string", "const": "application/json"},
        "sequence": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "Version of the record after the event; the next event has the next number.",
        },
        "correlationid": {"type": "string", "description": "Request that all of this began with."},
        "causationid": {"type": "string", "description": "Event that caused this one; empty if none did."},
        "traceparent": {"type": "string", "description": "W3C trace context."},
        "authid": {"type": "string", "description": "User on whose behalf it happened; empty if none."},
        "dataclassification": {
            "type": "string",
            "enum": ["internal", "personal"],
            "description": "Personal events reach only subscribers that hold the right.",
        },
        "data": {"type": "object"},
    },
    "required": [
        "specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype", "sequence",
        "dataclassification", "data",
    ],
}  # fmt: skip


def document(source: Source) -> Schema:
    """The whole document: one channel for each type of event."""
    schemas = Schemas(source)
    channels: Schema = {}
    operations: Schema = {}
    messages: Schema = {}
    for message, rules in sorted(source.events().items(), key=lambda pair: str(pair[1].type)):
        name, comment = message.name, source.comment(message.full_name)
        channels[rules.type] = {
            "address": f"{rules.type}.{{partition}}",
            "summary": comment,
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            "parameters": {"partition": {"$ref": "#/components/parameters/partition"}},
            "bindings": {"$ref": "#/components/channelBindings/events"},
        }
        operations[f"publish{name}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{rules.type}"},
            "messages": [{"$ref": f"#/channels/{rules.type}/messages/{name}"}],
        }
        shape = PERSONAL_EVENT if rules.personal else EVENT
        messages[name] = {
            "name": rules.type,
            "summary": comment,
            "contentType": "application/cloudevents+json",
            "tags": [{"name": rules.type.split(".")[1]}],
            "payload": {
                "allOf": [
                    {"$ref": "#/components/schemas/CloudEvent"},
                    {
                        "type": "object",
                        "properties": {
                            "type": {"const": rules.type},
                            "source": {"const": f"/crm/{rules.type.split('.')[1]}"},
                            "dataschema": {"const": f"urn:protobuf:{message.full_name}"},
                            "dataclassification": {"const": classification(rules)},
                            "data": schemas.ref(message, shape),
                        },
                    },
                ]
            },
        }
    partitions = [str(number) for number in range(PARTITIONS)]
    exchange = {"name": EXCHANGE, "type": "topic", "durable": True, "autoDelete": False}
    binding = {"is": "routingKey", "exchange": exchange, "bindingVersion": "0.3.0"}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "CRM suite events", "version": "1", "description": _ABOUT},
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {
            "parameters": {
                "partition": {
                    "description": f"crc32 of the record's id, modulo {PARTITIONS}.",
                    "enum": partitions,
                }
            },
            "channelBindings": {"events": {"amqp": binding}},
            "messages": messages,
            "schemas": dict(sorted((schemas.found | {"CloudEvent": ENVELOPE}).items())),
        },
    }


def classification(rules: Any) -> str:
    """The dataclassification of an event."""
    return "personal" if rules.personal else "internal"
