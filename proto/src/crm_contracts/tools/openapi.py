"""The HTTP side of the contracts as an OpenAPI 3.1 document."""

from __future__ import annotations

import re
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from crm_contracts import REQUIRED, Http, Method, RateClass, behavior_of, listed, records_of, resource_of, rules_of
from crm_contracts.resources import MONEY, filter_names
from crm_contracts.tools.schemas import INPUT, OUTPUT, PATCH, Schema, Schemas, names
from crm_contracts.tools.source import Source, message_type, resolve, type_name

# Files do not fit into JSON, so this one route takes a form.
UPLOAD = Http("POST", "/v1/imports", "*")

# The rule that a field has to keep to be named in a parameter.
_FIELDS_OF = {"order_by": "sortable", "by": "groupable"}
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
  readOnly may be sent back as they were read; another value is refused with 422.
* Lists give `page_size` records; `next_page_token` of one page is the `page_token` of the next. `order_by`
  names fields, `-` before one for descending.
  A token belongs to its query; a `page_size` above the largest means the largest.
* `filter` takes comparisons joined by AND, OR (which binds tighter) and NOT:
  `status = "won" AND amount >= 1000`. `=` and `!=` are for all values, `<` and `>` for numbers, days and times, `:` for
  words of a text and entries of a list. `status IN (OPEN, WON)`, `x IS NULL`, `x : *` for what is set, and moments such
  as `now() - 90d` are possible too; `GET /v1/describe/{resource}` says what may be filtered by. So may be the fields of
  what a field refers to, as far as the caller may read them: `account_id.name : "acme"`, `stage_id.name = "Proposal"`.
* `fields` of a GET or of `:batchGet` names the fields that are wanted, `expand` the references whose names
  are: the answer has them in `names`, by id, as far as the caller may read them.
* Every POST takes an `Idempotency-Key`. Records have an `etag`; `If-Match` makes a change conditional on it,
  `If-None-Match` a read.
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
        "error_codes": {
            "type": "object",
            "description": "By field, the code and the parameters of each message, in their order. errors.md lists the "
            "codes; INVALID has its message only.",
            "additionalProperties": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "code": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]*$"},
                        "params": {"type": "object", "additionalProperties": True},
                    },
                    "required": ["code", "params"],
                },
            },
        },
        "record_kind": {
            "type": "string",
            "description": "Kind of the record that stands in the way: crm.support.message.",
        },
        "record": {
            "type": "object",
            "description": "The record that stands in the way, with the fields that the caller may read.",
            "additionalProperties": True,
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
    "Idempotent-Replayed": {
        "description": "`true` if the same key had this answer before.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Link": {"description": "The next page, as rel=next (RFC 8288).", "schema": {"type": "string"}},
    "RateLimit-Policy": {
        "description": "Calls (q) that a user may make in so many seconds (w).",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "Calls that are left (r), and seconds until all are there again (t).",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}},
}
_SHARED_PARAMETERS: dict[str, Schema] = {
    "Fields": {
        "name": "fields",
        "in": "query",
        "description": "Names of the fields that are wanted, those of parts as `emails.address`; all if absent.",
        "schema": {"type": "array", "items": {"type": "string"}, "maxItems": 100},
        "style": "form",
        "explode": False,
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The etag that the caller has; 304 if it is still the record's.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~ ]+$"},
    },
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
            "parameters": _SHARED_PARAMETERS,
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
        parameters += self._reading()
        if self._http.verb == "POST":
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        if self._http.verb in ("PATCH", "DELETE"):
            parameters.append({"$ref": "#/components/parameters/IfMatch"})
        return parameters

    def _reading(self) -> list[Schema]:
        """What every record and every list of records that is read can be asked for."""
        if self._http.verb != "GET" and not self._method.policy.read_only:
            return []
        response = self._method.descriptor.output_type
        page = listed(response)
        record = page or (response if resource_of(response) else None)
        if record is None or self._method.domain == "gateway":
            return []
        parameters: list[Schema] = [{"$ref": "#/components/parameters/Fields"}]
        if references := [field.name for field in record.fields if rules_of(field).reference]:
            parameters.append(
                {
                    "name": "expand",
                    "in": "query",
                    "description": "References whose names are wanted, in `names` of the answer.",
                    "schema": {"type": "array", "items": {"type": "string", "enum": references}, "uniqueItems": True},
                    "style": "form",
                    "explode": False,
                }
            )
        if page is None:
            parameters.append({"$ref": "#/components/parameters/IfNoneMatch"})
        return parameters

    def _parameter(self, field: FieldDescriptor, where: str) -> Schema:
        parameter: Schema = {"name": field.name, "in": where}
        text = self._schemas.describe(field)
        record = records_of(self._method.descriptor)
        if where == "query" and record is not None:
            allowed = _fields_for(field.name, record)
            text = f"{text} Fields: {allowed}.".strip() if allowed else text
        if text:
            parameter["description"] = text
        if where == "path" or REQUIRED in behavior_of(field):
            parameter["required"] = True
        parameter["schema"] = self._schemas.parameter(field) | (_named(field, record) if record is not None else {})
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
        if not self._method.policy.public:
            headers += ["RateLimit-Policy", "RateLimit"]
        if self._http.verb == "GET" and "next_page_token" in response.fields_by_name:
            headers.append("Link")
        if "etag" in response.fields_by_name:
            headers.append("ETag")
        if self._http.verb == "POST":
            headers.append("Idempotent-Replayed")
        if creates:
            headers.append("Location")
        answer = {
            "description": self._source.comment(response.full_name) or "Done.",
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
            "content": self._content(response),
        }
        responses: Schema = {"201" if creates else "200": answer}
        if self._http.verb == "GET" and "etag" in response.fields_by_name:
            responses["304"] = {"description": "The record is still the version that the caller has."}
        for status, (name, _) in _PROBLEMS.items():
            responses[str(status)] = {"$ref": f"#/components/responses/{name}"}
        responses["default"] = {"$ref": "#/components/responses/Problem"}
        return responses

    def _content(self, response: Descriptor) -> Schema:
        if response.full_name == "google.api.HttpBody":
            return {"text/csv": {"schema": {"type": "string", "format": "binary"}}}
        if self._method.descriptor.server_streaming:
            return {"text/event-stream": {"schema": self._schemas.ref(response, OUTPUT)}}
        return {"application/json": {"schema": self._schemas.ref(response, OUTPUT)}}


def _fields_for(parameter: str, record: Descriptor) -> str:
    """The fields of records that a parameter of their list may name."""
    if parameter == "filter":
        return ", ".join(filter_names(record))
    rule = _FIELDS_OF.get(parameter)
    return names(field for field in record.fields if getattr(rules_of(field), rule)) if rule else ""


def _named(field: FieldDescriptor, record: Descriptor) -> Schema:
    """What a parameter that names fields of the records can say."""
    rules = {one.name: rules_of(one) for one in record.fields}
    if field.name == "order_by" and (sortable := "|".join(name for name in rules if rules[name].sortable)):
        return {"pattern": f"^(?:-?(?:{sortable})(?:,-?(?:{sortable}))*)?$"}
    if field.name == "by" and (groupable := [name for name in rules if rules[name].groupable]):
        return {"enum": groupable}
    if field.name == "sum":
        money = [one.name for one in record.fields if type_name(one) == MONEY and not one.is_repeated]
        summed = "|".join(name for name in money if rules[name].filterable or rules[name].sortable)
        return {"pattern": f"^(?:(?:{summed})(?:,(?:{summed}))*)?$" if summed else "^$"}
    return {}


def _upload(request: Descriptor, schemas: Schemas) -> Schema:
    fields = request.fields_by_name
    options = message_type(fields["options"]).fields_by_name
    mapping = (
        'JSON object: column name to field name, or to {"field": ..., "values": {cell: meaning}}. Without one, columns '
        "named like fields are read."
    )
    small = [fields["kind"], fields["dry_run"], *(field for name, field in options.items() if name != "values")]
    form: Schema = {
        "type": "object",
        "properties": {
            **{field.name: schemas.parameter(field) for field in small},
            "mapping": {"type": "string", "contentMediaType": "application/json", "description": mapping},
            # Generated clients send the parts in this order; the file can be passed on at once if it comes last.
            "file": {"type": "string", "format": "binary", "description": "CSV with a header line."},
        },
        "required": ["kind", "file"],
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
    """The resource of a route: its first segment behind the version; "records" if it is one of all."""
    segments = http.path.partition(":")[0].lstrip("/.").split("/")
    named = segments[1] if segments[0] == "v1" else segments[0]
    return "records" if named == "{resource}" else named


def _about_tag(method: Method, source: Source) -> str:
    """The comment of the resource that a tag stands for, else of the service that offers it."""
    tag = _tag(method.http) if method.http else ""
    for message in source.messages():
        resource: Any = resource_of(message)
        if resource and resource.plural == tag:
            return source.comment(message.full_name)
    return source.comment(method.service)
