"""Hold a request against its operation's rules; a broken one becomes the vendor's own error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from lookalike_specs import Field
from lookalike_specs.api import WHOLE_BODY
from lookalike_specs.extensions import Rule
from lookalike_specs.messages import Pairs, Request, is_json
from lookalike_specs.parameter_styles import parse_structured
from lookalike_specs.pointers import join_pointer

from .compiled_rules import CompiledRules, coerce_text
from .exceptions import Breach, VendorError
from .parsing import ParsedRequest, parse_cookies
from .reason import quote_value

MAX_PAIRS: Final = 1000
MAX_DEPTH: Final = 100
# where a parameter stands; everything else stands in the body
PARAMETER_LOCATIONS: Final = ("path", "query", "header", "cookie")


class BrokenRule(NamedTuple):
    """A field's rule that a value breaks; `limit` is the end of the range that it left, if it is about one.

    `instance_path` leads to the value within all values, or to what is missing there; `schema_path` leads to the keyword
    within the compiled schema.
    """

    order: int
    field: str
    keyword: str
    limit: Any
    value: Any
    instance_path: tuple[str | int, ...]
    schema_path: tuple[str | int, ...]


class ValidValues(msgspec.Struct, frozen=True):
    """The typed values that were sent, and those that take effect: with the defaults."""

    sent: dict[str, Any]
    effective: dict[str, Any]


def bind_request(rules: CompiledRules, parsed: ParsedRequest, path_values: Mapping[str, str]) -> ParsedRequest:
    """Return the request as the operation reads it: path split, JSON decoded, and no form where none is read.

    Raise VendorError for a body that came too late, is too long, or cannot be read.
    """
    if path_values:
        parsed = msgspec.structs.replace(parsed, path_values=path_values)
    body = parsed.request.body
    if rules.body_location is None:
        if not body:
            return parsed
        return ParsedRequest(parsed.request, parsed.query, parsed.query, path_values=path_values)
    if parsed.broken_rule:
        raise _build_body_error(rules, parsed.broken_rule)
    if len(parsed.form) > MAX_PAIRS or len(body) > rules.body_limit:
        raise _build_body_error(rules, "body-too-large")
    if rules.body_location == "json":
        return msgspec.structs.replace(parsed, json_body=_decode_json(rules, body))
    if rules.body_location == "body":
        return msgspec.structs.replace(parsed, json_body=_decode_whole_body(rules, parsed.request))
    return parsed


def _build_body_error(rules: CompiledRules, rule: str, value: str = "") -> VendorError:
    error_id = rules.body_errors.get(rule, rules.body_errors.get("default", ""))
    return VendorError(error_id, {"rule": rule, "parameter": "", "value": value})


def _decode_json(rules: CompiledRules, body: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _build_body_error(rules, "malformed-body") from error
    # to count brackets is fast, and nearly every body has so few that it cannot be deep
    openings = body.count(b"[") + body.count(b"{")
    if not isinstance(document, dict) or (openings > MAX_DEPTH and _is_deep(document)):
        raise _build_body_error(rules, "malformed-body")
    return document


def _decode_whole_body(rules: CompiledRules, request: Request) -> Any:
    """Return a body that is one value: JSON, or the text of another media type; UNSET where there is none.

    Raise VendorError.
    """
    if not request.body:
        return msgspec.UNSET
    sent_type = request.content_type
    wants_json = is_json(rules.body_media_type)
    if sent_type and sent_type != rules.body_media_type and not (wants_json and is_json(sent_type)):
        if sent_type in rules.media_types and not is_json(sent_type):
            # such as XML where the document has JSON too: it counts as a good one
            return rules.body_example
        raise _build_body_error(rules, "media-type", sent_type)
    if not wants_json:
        return request.body.decode("utf-8", "replace")
    try:
        value = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _build_body_error(rules, "malformed-body") from error
    if _is_deep(value):
        raise _build_body_error(rules, "malformed-body")
    return value


def _is_deep(document: Any) -> bool:
    """Return whether it is nested deeper than anything sensible is, and than the validator can look."""
    level = [document]
    for _ in range(MAX_DEPTH):
        next_level: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                next_level.extend(node.values())
            elif isinstance(node, list):
                next_level.extend(node)
        level = next_level
    return bool(level)


def validate(rules: CompiledRules, parsed: ParsedRequest) -> ValidValues:
    """Return typed values and defaults. Raise VendorError for the first broken rule, in the spec's order."""
    sent = _collect_values(rules, parsed)
    if not rules.validator.is_valid(sent):
        sent = _apply_reactions(rules, sent)
    effective = {**rules.defaults, **sent}
    for index, rule in enumerate(rules.request_rules):
        if not RULE_PREDICATES[rule.rule](effective, rule.parameters, rule.limit):
            facts = {"rule": rule.rule, "parameter": rule.parameters[0], "value": ""}
            raise VendorError(rule.error, facts, breach=_describe_request_breach(index, rule, effective))
    return ValidValues(sent, effective)


def _collect_values(rules: CompiledRules, parsed: ParsedRequest) -> dict[str, Any]:
    """Return what was sent, typed where it can be; an empty text counts as absent, and a file only as being there."""
    values: dict[str, Any] = {}
    if parsed.json_body is not msgspec.UNSET or parsed.path_values:
        values = _collect_body_and_path(rules, parsed)
    pairs = parsed.form or parsed.query
    if rules.merges_query_and_form:
        pairs = parsed.pairs
    elif rules.query_names is not None:
        pairs = _select_pairs(parsed.query, rules.query_names) + _select_pairs(parsed.form, rules.form_names)
    coercions = rules.coercions
    for name, text in pairs:
        # of `page=1&page=2` the first counts, or the last, as a variant says
        if text and name in coercions and (name not in values or rules.last_wins):
            coerce = coercions[name]
            if coerce is None:
                values[name] = text
            else:
                values[name] = coerce(text)
    for name in rules.files:
        if name in parsed.files:
            values[name] = ""
    for key, name in rules.headers:
        value = parsed.request.get_header(key)
        if value:
            values[name] = _coerce(rules, name, value)
    if rules.structured or rules.cookies:
        _collect_structured_values(rules, parsed, values)
    return values


def _collect_body_and_path(rules: CompiledRules, parsed: ParsedRequest) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if rules.body_location == "body" and parsed.json_body is not msgspec.UNSET:
        values[WHOLE_BODY] = parsed.json_body
    elif isinstance(parsed.json_body, dict):
        values = {name: value for name, value in parsed.json_body.items() if name in rules.properties}
    for name, text in parsed.path_values.items():
        value = _coerce(rules, name, text)
        # a text without the mark of its style, such as `5` for `;id=5`, is not the parameter
        if value is not None:
            values[name] = value
    return values


def _select_pairs(pairs: Pairs, names: frozenset[str]) -> Pairs:
    return tuple(pair for pair in pairs if pair[0] in names)


def _coerce(rules: CompiledRules, name: str, text: str) -> Any:
    coerce = rules.other_coercions.get(name)
    if coerce is None:
        return text
    return coerce(text)


def _collect_structured_values(rules: CompiledRules, parsed: ParsedRequest, values: dict[str, Any]) -> None:
    """Add cookies, and the lists and objects of path, query and headers."""
    cookies = parse_cookies(parsed.request)
    for name, text in cookies:
        if name in rules.cookies and name not in values:
            values[name] = _coerce(rules, name, text)
    for field in rules.structured:
        header_pairs: Pairs = ()
        header = parsed.request.get_header(field.name.lower().encode())
        if header:
            header_pairs = ((field.name, header),)
        places: dict[str, Pairs] = {
            "path": tuple(parsed.path_values.items()),
            "query": parsed.query,
            "header": header_pairs,
            "cookie": cookies,
        }
        # what was collected as a text so far is only a part of it
        values.pop(field.name, None)
        value = parse_structured(field, places[field.location], coerce_text)
        if value is not None:
            values[field.name] = value


def _apply_reactions(rules: CompiledRules, values: dict[str, Any]) -> dict[str, Any]:
    """Apply the reactions to broken rules until none is left; the first that is an error ends it.

    One at a time, since a value that was ignored or clamped can break another rule no longer, or for the first time:
    `page_size=999` may be clamped to 20, while it is ignored when it is a word.
    """
    values = dict(values)
    settled_fields: set[str] = set()
    for _ in range(len(rules.fields) + 1):
        broken = _find_first_broken_rule(rules, values, settled_fields)
        if broken is None:
            break
        name = broken.field
        reactions = rules.reactions[name]
        reaction = reactions.get(broken.keyword) or reactions["default"]
        match reaction:
            case "accept":
                settled_fields.add(name)
            case "ignore":
                settled_fields.add(name)
                values.pop(name, None)
            case "clamp":
                values[name] = broken.limit
            case error_id:
                facts = {"rule": broken.keyword, "parameter": name, "value": values.get(name, "")}
                raise VendorError(error_id, facts, breach=_describe_breach(rules.fields[name], broken))
    return values


def _find_first_broken_rule(
    rules: CompiledRules, values: dict[str, Any], settled_fields: set[str]
) -> BrokenRule | None:
    """Return the first broken rule in the order of the spec's fields; None where only settled fields break some."""
    order = list(rules.fields)
    first: BrokenRule | None = None
    for error in rules.validator.iter_errors(values):
        keyword = error.kind.name
        path = error.instance_path
        if keyword == "required":
            # the path of what lacks a member, and not of the member that it lacks
            path = [*path, str(getattr(error.kind, "property", ""))]
        name = str(path[0])
        limit = getattr(error.kind, "limit", None)
        schema_path = tuple(error.schema_path)
        broken = BrokenRule(order.index(name), name, keyword, limit, error.instance, tuple(path), schema_path)
        if name not in settled_fields and (first is None or broken.order < first.order):
            first = broken
    return first


def _describe_breach(field: Field, broken: BrokenRule) -> Breach:
    """Return the broken rule as the document has it."""
    parameter = "/".join(str(name) for name in broken.instance_path)
    if parameter == broken.field and broken.keyword == "required":
        return Breach(_locate_requirement(field), parameter)
    # the compiled schema is one object with a property for each field
    inner_path = broken.schema_path[2:]
    limit: Any = field.schema
    for name in inner_path:
        limit = _get_member(limit, name)
    pointer = locate_schema(field) + join_pointer(*inner_path)
    if broken.keyword == "required":
        return Breach(pointer, parameter)
    return Breach(pointer, parameter, quote_value(broken.value), limit)


def _describe_request_breach(index: int, rule: Rule, values: Mapping[str, Any]) -> Breach:
    """Return a broken rule of several parameters."""
    limit: Any = rule.parameters
    value = ""
    if rule.rule == "sum-at-most":
        limit = rule.limit
        value = " + ".join(str(values[name]) for name in rule.parameters)
    return Breach(f"/x-lookalike/rules/{index}", " + ".join(rule.parameters), value, limit)


def locate_schema(field: Field) -> str:
    """Return the pointer to a field's schema: of a parameter it is a member, of a body's property the property."""
    if field.location in PARAMETER_LOCATIONS:
        return f"{field.pointer}/schema"
    return field.pointer


def _locate_requirement(field: Field) -> str:
    """Return the pointer to what makes a field required."""
    if field.location in PARAMETER_LOCATIONS:
        return f"{field.pointer}/required"
    if field.location == "body":
        return field.pointer.partition("/requestBody")[0] + "/requestBody/required"
    # `…/schema/properties/img` is required by `…/schema/required`
    return field.pointer.rpartition("/properties/")[0] + "/required"


def _get_member(node: Any, name: str | int) -> Any:
    try:
        return node[name]
    except (KeyError, IndexError, TypeError):
        # a reference stands there, which the validator has followed
        return None


def _has_any_of(values: Mapping[str, Any], names: list[str], _: int) -> bool:
    return not values.keys().isdisjoint(names)


def _is_sum_at_most(values: Mapping[str, Any], names: list[str], limit: int) -> bool:
    return bool(sum(values[name] for name in names) <= limit)


RULE_PREDICATES: Final = {"any-of": _has_any_of, "sum-at-most": _is_sum_at_most}
