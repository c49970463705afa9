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

_TEXT: Schema = {"type": "string", "minLength": 1}

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
            "pattern": "^[0-9]{19}$",
            "description": "Version of the record after the event, in 19 digits; the next event has the next number.",
        },
        "correlationid": {**_TEXT, "description": "Request that all of this began with."},
        "causationid": {**_TEXT, "description": "Event that caused this one; absent if none did."},
        "traceparent": {**_TEXT, "description": "W3C trace context."},
        "authtype": {
            "type": "string",
            "enum": ["app_user", "api_key", "system", "service_account", "unauthenticated", "unknown"],
            "description": "On whose behalf it happened: a user, one by an API key, the suite itself, the gateway, "
            "nobody known; unknown in events of version 0.1.0.",
        },
        "authid": {**_TEXT, "description": "The user on whose behalf it happened, or a part of the suite by name."},
        "dataclassification": {
            "type": "string",
            "enum": ["internal", "personal"],
            "description": "Personal events reach only subscribers that hold the right.",
        },
        "formerowner": {"type": "string", "description": "Its owner before, if that changes; or empty."},
        "formerteam": {"type": "string", "description": "Its team before, if that changes; or empty."},
        "formerterritory": {"type": "string", "description": "Its territory before, if that changes; or empty."},
        "data": {"type": "object"},
    },
    "required": [
        "specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype", "sequence",
        "authtype", "dataclassification", "data",
    ],
}  # fmt: skip


_BROKER: Schema = {
    "host": "{host}",
    "protocol": "amqps",
    "protocolVersion": "0-9-1",
    "description": "The message broker of the installation.",
    "variables": {"host": {"description": "Where it is.", "default": "rabbitmq:5671"}},
    "security": [{"$ref": "#/components/securitySchemes/account"}],
}


def document(source: Source) -> Schema:
    """The whole document: one channel for each type of event."""
    schemas = Schemas(source)
    channels: Schema = {}
    operations: Schema = {}
    messages: Schema = {}
    tags: Schema = {}
    for message, rules in sorted(source.events().items(), key=lambda pair: str(pair[1].type)):
        name, comment = message.name, source.comment(message.full_name)
        service = rules.type.split(".")[1]
        tags[service] = {"name": service, "description": f"What the service {service} tells of its records."}
        channels[rules.type] = {
            "address": f"{rules.type}.{{partition}}",
            "summary": comment,
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            "parameters": {"partition": {"$ref": "#/components/parameters/partition"}},
            "bindings": {"$ref": "#/components/channelBindings/events"},
        }
        operations[f"publish{name}"] = {
            "action": "send",
            "summary": comment,
            "description": f"{comment}\n\nPublished by the service {service} when the change is committed.",
            "channel": {"$ref": f"#/channels/{rules.type}"},
            "messages": [{"$ref": f"#/channels/{rules.type}/messages/{name}"}],
        }
        shape = PERSONAL_EVENT if rules.personal else EVENT
        messages[name] = {
            "name": rules.type,
            "summary": comment,
            "contentType": "application/cloudevents+json",
            "tags": [_ref("tags", service)],
            "payload": {
                "allOf": [
                    {"$ref": "#/components/schemas/CloudEvent"},
                    {
                        "type": "object",
                        "properties": {
                            "type": {"const": rules.type},
                            "source": {"const": f"/crm/{service}"},
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
        "asyncapi": "3.1.0",
        "info": {
            "title": "CRM suite events",
            "version": "1",
            "description": _ABOUT,
            "tags": [_ref("tags", service) for service in tags],
        },
        "servers": {"broker": _BROKER},
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {
            "securitySchemes": {
                "account": {
                    "type": "userPassword",
                    "description": "An account of the broker, which may read and write what its topic rights name.",
                }
            },
            "parameters": {
                "partition": {
                    "description": f"crc32 of the record's id, modulo {PARTITIONS}.",
                    "enum": partitions,
                }
            },
            "channelBindings": {"events": {"amqp": binding}},
            "messages": messages,
            "tags": tags,
            "schemas": dict(sorted((schemas.found | {"CloudEvent": ENVELOPE}).items())),
        },
    }


def _ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def classification(rules: Any) -> str:
    """The dataclassification of an event."""
    return "personal" if rules.personal else "internal"
