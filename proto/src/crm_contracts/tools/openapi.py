"""The HTTP side of the contracts as an OpenAPI 3.1 document."""

from __future__ import annotations

import re
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from crm_contracts import REQUIRED, Http, Method, RateClass, behavior_of, resource_of, rules_of
from crm_contracts.tools.lint import listed
from crm_contracts.tools.schemas import INPUT, OUTPUT, PATCH, Schema, Schemas, names
from crm_contracts.tools.source import Source, message_type, resolve

# Files do not fit into JSON, so this one route takes a form.
UPLOAD = Http("POST", "/v1/imports", "*")

_PARAMETER = re.compile(r"\{([a-z0-9_.]+)\}")
_ABOUT = """\
One API for the whole suite.

* Names are snake_case. Ids are UUIDs. Times are RFC 3339 in UTC. Enum values are written in capitals and
  read in any case.
* Money is `{"amount": "1250.00", "currency": "EUR"}`; decimal numbers are strings, at most four digits
  behind the point. 64-bit integers are JSON integers, not strings.
* Answers carry every field: null where nothing is known, an empty string or list where there is nothing.
  Fields that the caller may not read are absent.
* In a body, null is the same as leaving the field out; in a PATCH it clears the field. Fields marked
  readOnly are ignored.
* Lists give `page_size` records; `next_page_token` of one page is the `page_token` of the next. `order_by`
  names fields, `-` before one for descending. `filter` takes comparisons joined by AND, OR, NOT:
  `status = "won" AND amount >= 1000`.
* Every POST takes an `Idempotency-Key`. Records have an `etag`; `If-Match` makes a change conditional on it.
* Errors are `application/problem+json` with a stable `reason`.
"""
_PROBLEMS = {
    400: ("BadRequest", "The request does not have the form it must have."),
    401: ("Unauthenticated", "There is no valid access token."),
    403: ("PermissionDenied", "The caller lacks the permission."),
    404: ("NotFound", "There is no such record, or the caller may not see it."),
    409: ("Conflict", "The request contradicts the state of the record or another request."),
    412: ("PreconditionFailed", "The record has changed since the caller read it."),
    413: ("TooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The body is not of a media type that the route takes."),
    422: ("RuleViolated", "A rule does not allow this."),
    429: ("RateLimited", "Too many requests."),
    503: ("Unavailable", "A service does not answer; `service` names it."),
    504: ("DeadlineExceeded", "The answer took too long."),
}
_RETRY = (429, 503)
_PATCH_TYPES = ("application/json", "application/merge-patch+json")
_PATCH_TYPES = ("application/json", "application/merge-patch+json")
_PROBLEM: Schema = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Kind of the problem."},
        "title": {"type": "string", "description": "The same for every problem of the status."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What is wrong, and what would be right."},
        "reason": {
            "type": "string",
            "pattern": "^[A-Z][A-Z0-9_]*$",
            "description": "Stable; branch on it. errors.md lists every reason.",
        },
        "errors": {
            "type": "object",
            "description": "Messages by field, for bad input.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "request_id": {"type": "string", "description": "Leads to the log entries of the request."},
        "service": {"type": "string", "description": "The service that does not answer."},
        "retry_after": {"type": "number", "description": "Seconds to wait before a repetition."},
    },
    "required": ["type", "title", "status", "reason", "request_id"],
}
_HEADERS: dict[str, Schema] = {
    "ETag": {"description": "Version of the record.", "schema": {"type": "string"}},
    "X-Request-Id": {"description": "Leads to the log entries of the request.", "schema": {"type": "string"}},
    "Location": {
        "description": "Path of the new record.",
        "schema": {"type": "string", "format": "uri-reference"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}},
}
_HEADER_PARAMETERS: dict[str, Schema] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Chosen by the client. A repetition with the same key and body gets the first answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The etag that the caller has seen; 412 if the record has another by now.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
    },
}


def document(source: Source) -> Schema:
    """The whole document."""
    schemas = Schemas(source)
    paths: dict[str, Schema] = {}
    tags: dict[str, str] = {}
    for method in sorted(source.methods(), key=lambda method: method.http.path if method.http else ""):
        if method.http is None or method.policy.internal:
            continue
        tags.setdefault(_tag(method.http), _about_tag(method, source))
        operation = _Operation(method, method.http, source, schemas).build()
        paths.setdefault(_template(method.http), {})[method.http.verb.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "CRM suite", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"bearerAuth": []}],
        "tags": [{"name": name, "description": tags[name]} for name in sorted(tags)],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearerAuth": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "The access_token of POST /v1/auth/login.",
                }
            },
            "parameters": _HEADER_PARAMETERS,
            "headers": _HEADERS,
            "responses": {name: _problem(status, text) for status, (name, text) in _PROBLEMS.items()}
            | {"Problem": _problem(0, "Any other error.")},
            "schemas": dict(sorted((schemas.found | {"Problem": _PROBLEM}).items())),
        },
    }


class _Operation:
    """One operation in the making."""

    def __init__(self, method: Method, http: Http, source: Source, schemas: Schemas) -> None:
        self._method, self._http, self._source, self._schemas = method, http, source, schemas
        self._request: Descriptor = method.descriptor.input_type
        self._bound = _PARAMETER.findall(http.path)

    def build(self) -> Schema:
        method, policy = self._method, self._method.policy
        comment = self._source.comment(method.full_name)
        operation: Schema = {
            "operationId": method.name,
            "tags": [_tag(self._http)],
            "summary": comment.partition(". ")[0].removesuffix("."),
            "description": comment,
        }
        if policy.public:
            operation["security"] = []
        operation["parameters"] = self._parameters()
        if body := self._body():
            operation["requestBody"] = body
        operation["responses"] = self._responses()
        if policy.permission:
            operation["x-permission"] = policy.permission
        if policy.rate:
            operation["x-rate-class"] = RateClass.Name(policy.rate)
        return operation

    def _parameters(self) -> list[Schema]:
        parameters: list[Schema] = []
        for path in self._bound:
            if field := resolve(self._request, path):
                parameters.append(self._parameter(field, "path"))
        if self._http.body != "*":
            skipped = {*self._bound, self._http.body, "update_mask"}
            if self._http.verb == "DELETE":
                skipped.add("etag")  # sent as If-Match
            parameters += [self._parameter(f, "query") for f in self._request.fields if f.name not in skipped]
        if self._http.verb == "POST":
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        if self._http.verb in ("PATCH", "DELETE"):
            parameters.append({"$ref": "#/components/parameters/IfMatch"})
        return parameters

    def _parameter(self, field: FieldDescriptor, where: str) -> Schema:
        parameter: Schema = {"name": field.name, "in": where}
        text = self._schemas.describe(field)
        record = listed(self._method.descriptor.output_type)
        if where == "query" and record is not None and field.name in ("filter", "order_by"):
            rule = "filterable" if field.name == "filter" else "sortable"
            allowed = names(f for f in record.fields if getattr(rules_of(f), rule))
            text = f"{text} Fields: {allowed}.".strip() if allowed else text
        if text:
            parameter["description"] = text
        if where == "path" or REQUIRED in behavior_of(field):
            parameter["required"] = True
        parameter["schema"] = self._schemas.parameter(field)
        return parameter

    def _body(self) -> Schema | None:
        if self._http == UPLOAD:
            return _upload(self._request, self._schemas)
        if not self._http.body:
            return None
        if self._http.body == "*":
            message, bound = self._request, frozenset(self._bound)
        else:
            message = message_type(self._request.fields_by_name[self._http.body])
            bound = frozenset(path.partition(".")[2] for path in self._bound)
        if self._http.verb == "PATCH":
            content = {"schema": self._schemas.ref(message, PATCH)}
            return {"required": True, "content": dict.fromkeys(_PATCH_TYPES, content)}
        content = {"schema": self._schemas.ref(message, INPUT, bound)}
        return {"required": True, "content": {"application/json": content}}

    def _responses(self) -> Schema:
        response = self._method.descriptor.output_type
        creates = self._method.name.startswith("Create")
        headers = ["X-Request-Id"]
        if "etag" in response.fields_by_name:
            headers.append("ETag")
        if creates:
            headers.append("Location")
        answer = {
            "description": self._source.comment(response.full_name) or "Done.",
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
            "content": {"application/json": {"schema": self._schemas.ref(response, OUTPUT)}},
        }
        responses: Schema = {"201" if creates else "200": answer}
        for status, (name, _) in _PROBLEMS.items():
            responses[str(status)] = {"$ref": f"#/components/responses/{name}"}
        responses["default"] = {"$ref": "#/components/responses/Problem"}
        return responses


def _upload(request: Descriptor, schemas: Schemas) -> Schema:
    fields = request.fields_by_name
    mapping = f"JSON object. {schemas.describe(fields['mapping'])}".strip()
    form: Schema = {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary", "description": "CSV with a header line, UTF-8."},
            "kind": schemas.parameter(fields["kind"]),
            "mapping": {"type": "string", "contentMediaType": "application/json", "description": mapping},
            "dry_run": schemas.parameter(fields["dry_run"]),
        },
        "required": ["file", "kind"],
    }
    encoding = {"file": {"contentType": "text/csv, application/octet-stream"}}
    return {"required": True, "content": {"multipart/form-data": {"schema": form, "encoding": encoding}}}


def _problem(status: int, text: str) -> Schema:
    headers = ["X-Request-Id", "Retry-After"] if status in _RETRY else ["X-Request-Id"]
    return {
        "description": text,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _template(http: Http) -> str:
    """The path as HTTP clients see it: {contact.id} becomes {id}."""
    return _PARAMETER.sub(lambda found: "{" + found[1].rpartition(".")[2] + "}", http.path)


def _tag(http: Http) -> str:
    """The resource of a route: its first segment behind the version."""
    segments = http.path.partition(":")[0].lstrip("/.").split("/")
    return segments[1] if segments[0] == "v1" else segments[0]


def _about_tag(method: Method, source: Source) -> str:
    """The comment of the resource that a tag stands for, else of the service that offers it."""
    tag = _tag(method.http) if method.http else ""
    for message in source.messages():
        resource: Any = resource_of(message)
        if resource and resource.plural == tag:
            return source.comment(message.full_name)
    return source.comment(method.service)
