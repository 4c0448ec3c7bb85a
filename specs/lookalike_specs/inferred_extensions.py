"""Give a normalised OpenAPI document the extensions that it does not have itself: errors, accounts, examples.

What is written follows from the document (`inferred`), or is needed and known from nowhere (`invented`); each says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import PurePath
from typing import Any, Final

from .answer_notices import add_answer_notices
from .api import WHOLE_BODY
from .example_values import add_examples
from .merge_extensions import complete_errors, get_word_of, merge_extension, merge_table, state_missing_provenance
from .messages import FORM_TYPES, is_json
from .normalize import normalize_document
from .provenance import PROVENANCE_KEY, UNSTATED, find_provenance
from .references import resolve_refs
from .schema_values import merge_schema

EXTENSION: Final = "x-lookalike"
EXAMPLES_HANDLER: Final = "examples"
# more than the checks of `body-limit` try: the document says nothing of it, so nothing is held against a server
BODY_LIMIT: Final = 16 * 1024 * 1024
REQUIRED_KEYS: Final = frozenset(
    ("errors", "error-formats", "accounts", "credential-templates", "secrets", "quota", "routing")
)
DOCUMENTED_FORMAT: Final = "documented"
OUR_FORMAT: Final = "lookalike"
NOT_FOUND: Final = "no-such-path"
WRONG_METHOD: Final = "no-such-method"
TOO_MANY: Final = "too-many-requests"
OUR_ERRORS: Final[Mapping[str, tuple[int, str]]] = {
    NOT_FOUND: (404, "no operation has the path {path}"),
    WRONG_METHOD: (405, "the path has no {method}; it has {allow}"),
    TOO_MANY: (429, "too many requests"),
}
OUR_BODY: Final = {"error": "{message}", "parameter": "{parameter}", "rule": "{rule}"}
OUR_BODY_SCHEMA: Final = {"type": "object", "properties": {key: {"type": "string"} for key in OUR_BODY}}
# what a server may answer though every rule of the document is kept: it knows more than its document
KNOWING_STATUSES: Final = frozenset(range(400, 500)) - {400, 401, 413, 414, 415, 422, 431}
DEMO_VALUES: Final = {
    "key": ("lookalike-demo-key", "lk{token}"),
    "bearer": ("lookalike-demo-token", "lk{token}"),
    "basic": ("lookalike:lookalike-demo-password", "lookalike:lk{token}"),
}
REFUSALS: Final = {"missing-key": "401", "unknown-key": "401"}
SCHEMES_WITH_TRIGGERS: Final = ("key", "bearer")
Document = dict[str, Any]


def is_complete(document: Document) -> bool:
    """Return whether a document has all that we need of one, so that nothing is added to it."""
    root = document.get(EXTENSION)
    return isinstance(root, dict) and root.keys() >= REQUIRED_KEYS


def synthesize_extensions(document: Document, api_id: str, file: str, notices: list[str]) -> None:
    """Add `x-lookalike` wherever the document has none; what it has itself counts more, key by key."""
    # an `x-provenance` of somebody else's making may mean anything
    if find_provenance(document, "") is UNSTATED:
        document[PROVENANCE_KEY] = get_word_of(file)
    schemes = document["components"].setdefault("securitySchemes", {})
    for name, scheme in list(schemes.items()):
        schemes[name] = _extend_scheme(name, resolve_refs(document, scheme), notices)
    operations = list(_iter_operations(document))
    for pointer, node in operations:
        add_answer_notices(document, node, pointer, notices)
        _extend_operation(document, node, pointer, file, notices)
    _unify_refusals(document, [node for _, node in operations])
    own = document.get(EXTENSION, {})
    inferred = _build_root(document, [node for _, node in operations], api_id)
    tables = ("errors", "error-formats")
    merged = merge_extension(inferred, own, file, excluded=tables)
    for key in tables:
        merged[key] = merge_table(inferred[key], own.get(key, {}), file)
    complete_errors(merged["errors"], file)
    document[EXTENSION] = merged
    # what the file says in our words is its own word too, and not ours
    state_missing_provenance(document, get_word_of(file))


def _iter_operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in document["paths"].items():
        for method, node in item.items():
            if isinstance(node, dict) and "operationId" in node:
                yield f"{method.upper()} {path}", node


# security


def _extend_scheme(name: str, scheme: Document, notices: list[str]) -> Document:
    """Return a security scheme with its verifier; one that nobody can verify lets everybody in."""
    if EXTENSION in scheme:
        return scheme
    kind = _find_verifier(scheme)
    if kind == "none":
        notices.append(f"#/components/securitySchemes/{name}: {scheme.get('type')} is not verified; everybody may call")
    extension = {
        "scheme": kind,
        "credential": name,
        "errors": dict(REFUSALS),
        "x-provenance": {"kind": "inferred", "source": "the type of the security scheme"},
    }
    if kind == "key" and scheme.get("in") not in ("query", "header", "cookie"):
        scheme = {**scheme, "in": "header"}
    return {**scheme, EXTENSION: extension}


def _find_verifier(scheme: Document) -> str:
    kind = str(scheme.get("type", ""))
    if kind == "apiKey" and scheme.get("name"):
        return "key"
    if kind == "http" and str(scheme.get("scheme", "")).lower() in ("bearer", "basic"):
        return str(scheme["scheme"]).lower()
    # the tokens of both travel as bearer tokens (RFC 6750)
    if kind in ("oauth2", "openIdConnect"):
        return "bearer"
    return "none"


def _normalize_security(document: Document, node: Document, pointer: str, notices: list[str]) -> None:
    """Write into an operation which schemes protect it; `{}` stands for nobody having to prove anything."""
    schemes = document["components"]["securitySchemes"]
    alternatives = node.get("security", document.get("security")) or [{}]
    usable: list[Document] = []
    for alternative in alternatives:
        unknown = [name for name in alternative if name not in schemes]
        if unknown:
            notices.append(f"{pointer}: {unknown[0]!r} is no security scheme; the alternative is left out")
        elif any(schemes[name][EXTENSION]["scheme"] == "none" for name in alternative):
            usable.append({})
        else:
            usable.append(alternative)
    node["security"] = usable or [{}]


def _unify_refusals(document: Document, operations: list[Document]) -> None:
    """Have the schemes refuse with 403 where no operation has a 401, so that nothing stands for what nobody answers."""
    secured = [node for node in operations if any(node["security"])]
    refusals = {node[EXTENSION].get("error-aliases", {}).get("401", "401") for node in secured}
    if refusals != {"403"}:
        return
    for scheme in document["components"]["securitySchemes"].values():
        if scheme[EXTENSION].get("errors") == REFUSALS:
            scheme[EXTENSION]["errors"] = dict.fromkeys(REFUSALS, "403")
    for node in operations:
        node[EXTENSION].get("error-aliases", {}).pop("401", None)


# operations


def _extend_operation(document: Document, node: Document, pointer: str, file: str, notices: list[str]) -> None:
    own = node.get(EXTENSION, {})
    _normalize_security(document, node, pointer, notices)
    names = [parameter["name"] for parameter in node["parameters"]]
    is_whole = "whole-body" in own or _choose_whole_body(document, node, names, pointer, notices)
    fields = [*names, *_list_body_fields(document, node, is_whole=is_whole)]
    invalid, is_documented = _choose_error(node, ("400", "422"))
    refused, _ = _choose_error(node, ("401", "403"))
    statuses = _list_error_statuses(node)
    if fields and invalid not in statuses:
        _add_response(node, invalid, "A rule of the document is broken.")
    if node["security"] != [{}] and {} not in node["security"] and refused not in statuses:
        _add_response(node, refused, "The credential is missing, or nobody has it.")
    other_statuses = [status for status in statuses if int(status) in KNOWING_STATUSES or status in ("400", "422")]
    also_allowed = [status for status in other_statuses if status not in (invalid, refused)]
    aliases = {}
    if refused != "401":
        aliases["401"] = refused
    if "429" in statuses:
        aliases[TOO_MANY] = "429"
    inferred: Document = {
        "handler": EXAMPLES_HANDLER,
        "body-limit": BODY_LIMIT,
        "errors": {"default": invalid},
        "also-allowed": {name: also_allowed for name in fields if also_allowed},
        "error-aliases": aliases,
        "lenient": not is_documented,
        "x-provenance": _describe_origin(invalid, is_documented=is_documented),
    }
    if is_whole:
        inferred["whole-body"] = True
    node[EXTENSION] = merge_extension(inferred, own, file)
    add_examples(document, node, pointer, notices)


def _describe_origin(invalid: str, *, is_documented: bool) -> Document:
    """Return where an operation's extension comes from: that broken rules are refused stands in its responses."""
    provenance: Document = {"kind": "inferred", "source": "the responses that the document has"}
    if is_documented:
        provenance["keywords"] = {
            "errors": {"kind": "documented", "source": f"the response {invalid} of the operation"}
        }
    return provenance


def _choose_error(node: Document, candidates: tuple[str, ...]) -> tuple[str, bool]:
    """Return the status of the first of these errors that is documented (by a range or `default` too), and whether."""
    responses = node["responses"]
    for status in candidates:
        if status in responses:
            return status, True
    return candidates[0], "4XX" in responses or "default" in responses


def _list_error_statuses(node: Document) -> list[str]:
    """Return the statuses of errors that are documented one by one."""
    return [key for key in node["responses"] if key.isdecimal() and 400 <= int(key) <= 599]


def _add_response(node: Document, status: str, description: str) -> None:
    """Add an error that the document does not have; a range or `default` that covers it says how it looks."""
    responses = node["responses"]
    covering = responses.get("4XX", responses.get("default"))
    if covering is not None:
        return
    example = {"error": description, "parameter": "", "rule": ""}
    responses[status] = {
        "description": description,
        "content": {"application/json": {"schema": OUR_BODY_SCHEMA, "example": example}},
        EXTENSION: {"body": OUR_BODY},
        "x-provenance": {"kind": "invented", "source": "the document has no response for it"},
    }


def _choose_whole_body(document: Document, node: Document, names: list[str], pointer: str, notices: list[str]) -> bool:
    """Return whether the body is one value, called `body`; a form's fields are values of their own."""
    content = node.get("requestBody", {}).get("content", {})
    if not content:
        return False
    if any(is_json(name) for name in content):
        if WHOLE_BODY in names:
            notices.append(f"{pointer}: a parameter is called {WHOLE_BODY!r}; the body of the request is not looked at")
            del node["requestBody"]
            return False
        return True
    forms = [name for name in content if name in FORM_TYPES]
    if not forms:
        return WHOLE_BODY not in names
    for name in forms:
        content[name]["schema"] = _flatten_form(document, content[name]["schema"], names, pointer, notices)
    node["requestBody"]["content"] = {name: content[name] for name in forms}
    return False


def _flatten_form(document: Document, schema: Any, names: list[str], pointer: str, notices: list[str]) -> Document:
    """Return the schema of a form as one object with properties, which are told apart from the parameters."""
    merged = merge_schema(document, schema if isinstance(schema, dict) else {})
    properties = dict(merged.get("properties", {}))
    for name in [name for name in properties if name in names]:
        notices.append(f"{pointer}: {name!r} is a parameter and a field of the form; the field is not looked at")
        del properties[name]
    for name, inner in properties.items():
        field = merge_schema(document, inner) if isinstance(inner, dict) else {}
        # a file's bytes are not looked into, whatever its media type is
        if field.get("format") == "binary" or "contentMediaType" in field:
            field = {**field, "contentMediaType": "application/octet-stream"}
        properties[name] = field
    required = [name for name in merged.get("required", []) if name in properties]
    return {"type": "object", "properties": properties, "required": required}


def _list_body_fields(document: Document, node: Document, *, is_whole: bool) -> list[str]:
    if is_whole:
        return [WHOLE_BODY]
    fields: dict[str, None] = {}
    for media in node.get("requestBody", {}).get("content", {}).values():
        fields |= dict.fromkeys(resolve_refs(document, media["schema"]).get("properties", {}))
    return list(fields)


# the root


def _build_root(document: Document, operations: list[Document], api_id: str) -> Document:
    names = {scheme: None for node in operations for alternative in node["security"] for scheme in alternative}
    schemes = {name: document["components"]["securitySchemes"][name] for name in names}
    kinds = {name: scheme[EXTENSION]["scheme"] for name, scheme in schemes.items()}
    credentials = {
        scheme[EXTENSION].get("credential") or scheme.get("name", name): DEMO_VALUES.get(
            kinds[name], DEMO_VALUES["key"]
        )
        for name, scheme in schemes.items()
    }
    carriers = {scheme.get("name", "authorization") for scheme in schemes.values()}
    return {
        "errors": {**_build_documented_errors(operations), **_build_our_errors()},
        "error-formats": {
            DOCUMENTED_FORMAT: {"status": "{status}"},
            OUR_FORMAT: {"status": "{status}", "media-type": "application/json", "body": OUR_BODY},
        },
        "default-error-format": DOCUMENTED_FORMAT,
        "situations": _build_situations(operations),
        "accounts": {"demo": {name: value for name, (value, _) in credentials.items()}},
        "credential-templates": {name: template for name, (_, template) in credentials.items()},
        "secrets": sorted({*credentials, *carriers}),
        "quota": {"rate": TOO_MANY, "count": TOO_MANY},
        "triggers": [
            {"credential": schemes[name][EXTENSION].get("credential", name), "template": "situation-{situation}"}
            for name, kind in kinds.items()
            if kind in SCHEMES_WITH_TRIGGERS
        ],
        "routing": {
            "not-found": NOT_FOUND,
            "method": WRONG_METHOD,
            "x-provenance": {"kind": "invented", "source": "the document says nothing of it"},
        },
        "x-provenance": {"kind": "inferred", "source": f"the document of {api_id}"},
    }


def _build_our_errors() -> Document:
    return {
        name: {
            "status": status,
            "message": message,
            "error-format": OUR_FORMAT,
            "headers": {"Allow": "{allow}"} if status == HTTPStatus.METHOD_NOT_ALLOWED else {},
            "x-provenance": {"kind": "invented", "source": "the document says nothing of it"},
        }
        for name, (status, message) in OUR_ERRORS.items()
    }


def _build_documented_errors(operations: list[Document]) -> Document:
    """Return an error for each status that an operation documents, and for those that its rules and schemes need."""
    errors: Document = {}
    for node in operations:
        for status in dict.fromkeys(_iter_needed_statuses(node)):
            response = node["responses"].get(status, {})
            error = errors.setdefault(
                status,
                {
                    "status": int(status),
                    "message": response.get("description") or _get_phrase(int(status)),
                    "operations": [],
                    "x-provenance": response.get("x-provenance", {"kind": "documented", "source": "the responses"}),
                },
            )
            error["operations"].append(node["operationId"])
    return errors


def _iter_needed_statuses(node: Document) -> Iterator[str]:
    yield from _list_error_statuses(node)
    extension = node[EXTENSION]
    default = extension["errors"].get("default")
    if isinstance(default, str) and default.isdecimal():
        yield default
    if any(node["security"]) and "403" not in node["responses"]:
        yield "401"
    if "5XX" in node["responses"] or "default" in node["responses"]:
        yield "500"


def _get_phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"


def _build_situations(operations: list[Document]) -> Document:
    """Return a situation for each named example of a good answer."""
    situations: Document = {}
    for node in operations:
        for key, response in node["responses"].items():
            if not key.startswith("2"):
                continue
            for media in response.get("content", {}).values():
                for name, entry in (media.get("examples") or {}).items():
                    summary = entry.get("summary") if isinstance(entry, dict) else ""
                    situations.setdefault(name, {"description": summary or f"The example {name!r} of the document."})
    return situations


def complete_document(document: dict[str, Any], api_id: str, file: str) -> tuple[str, ...]:
    """Change the document in place; return what of it cannot be served, a line each. Raise SpecError.

    One that has all that we need, as ours have, stays as it is: a mistake in it is an error, and not mended.
    """
    notices: list[str] = []
    if not is_complete(document):
        normalize_document(document, file, notices)
        synthesize_extensions(document, api_id, PurePath(file).name, notices)
    return tuple(notices)
