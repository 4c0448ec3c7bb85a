"""Hold what was sent against the spec; a broken rule becomes the vendor's own error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any

from lookalike_specs import Field
from lookalike_specs.api import WHOLE_BODY
from lookalike_specs.extensions import Reaction
from lookalike_specs.messages import Pairs
from lookalike_specs.parameter_styles import parse_structured
from lookalike_specs.request_builder import collect_examples

from .compiled_rules import CompiledRules, coerce_text
from .context import RequestContext
from .exceptions import VendorError
from .parsing import parse_cookies
from .routing import ABSENT, UNREAD


def validate(call: RequestContext) -> None:
    """Fill `call.values`: typed values and defaults. Raises Refused for the first broken rule, in the spec's order."""
    checker = call.endpoint.compiled_rules
    values = _collect_values(call, checker)
    if not checker.is_valid(values):
        values = _apply_reactions(call, checker, values)
    call.sent_values = values
    call.values = {**checker.defaults, **values}
    if rules := call.endpoint.operation.extension.rules:
        for rule in rules:
            if not RULE_PREDICATES[rule.rule](call.values, rule.parameters, rule.limit):
                raise VendorError(rule.error, {"rule": rule.rule, "parameter": rule.parameters[0], "value": ""})


def _collect_values(call: RequestContext, checker: CompiledRules) -> dict[str, Any]:
    """What was sent, typed where it can be; an empty value counts as absent. Of a file only that it is there."""
    sent = _select_pairs(call, checker)
    coercions = checker.coercions
    values = _collect_body_values(call, checker)
    for name, text in call.path_values.items():
        coerce = coercions.get(name)
        values[name] = coerce(text) if coerce else text
    for name, text in sent:
        if text and name in coercions and (name not in values or checker.last_wins):
            coerce = coercions[name]
            values[name] = coerce(text) if coerce else text
    values |= dict.fromkeys(checker.files & call.files.keys(), "")
    for key, name in checker.headers:
        if value := call.request.get_header(key):
            coerce = coercions.get(name)
            values[name] = coerce(value) if coerce else value
    if checker.structured or checker.cookies:
        _collect_structured_values(call, checker, values)
    return values


def _select_pairs(call: RequestContext, checker: CompiledRules) -> Pairs:
    """Return the query and the form as far as their parameters count there."""
    if call.form and call.endpoint.operation.extension.merge_query_and_form:
        return call.query + call.form
    if checker.by_place is None:
        return call.form or call.query
    query, form = checker.by_place["query"], checker.by_place["form"]
    in_query = tuple(pair for pair in call.query if pair[0] in query)
    return in_query + tuple(pair for pair in call.form if pair[0] in form)


def _collect_body_values(call: RequestContext, checker: CompiledRules) -> dict[str, Any]:
    """Return the members of a JSON body, or the body as one value."""
    if call.endpoint.body_location != "body":
        body = call.json_body or {}
        return {name: value for name, value in body.items() if name in checker.properties}
    if call.json_body is ABSENT:
        return {}
    if call.json_body is UNREAD:
        # a body in another media type of the document counts as a good one: the document's own example
        return {WHOLE_BODY: collect_examples(call.service.api, call.endpoint.operation).get(WHOLE_BODY)}
    return {WHOLE_BODY: call.json_body}


def _collect_structured_values(call: RequestContext, checker: CompiledRules, values: dict[str, Any]) -> None:
    """Add cookies, and the lists and objects of path, query and headers."""
    cookies = parse_cookies(call.request)
    for name, text in cookies:
        if name in checker.cookies and name not in values:
            coerce = checker.coercions.get(name)
            values[name] = coerce(text) if coerce else text
    for field in checker.structured:
        header = call.request.get_header(field.name.lower().encode())
        places: dict[str, Pairs] = {
            "path": tuple(call.path_values.items()),
            "query": call.query,
            "header": ((field.name, header),) if header else (),
            "cookie": cookies,
        }
        values.pop(field.name, None)
        value = parse_structured(field, places[field.location], coerce_text)
        if value is not None:
            values[field.name] = value


def _apply_reactions(call: RequestContext, checker: CompiledRules, values: dict[str, Any]) -> dict[str, Any]:
    """Apply the reactions to broken rules until none is left; the first that is an error ends it."""
    ignored: set[str] = set()
    for _ in range(len(checker.fields) + 1):
        broken = sorted(
            (found for found in _find_broken_rules(checker, values) if found[1] not in ignored), key=itemgetter(0)
        )
        if not broken:
            break
        _, name, keyword, limit = broken[0]
        reaction = _select_reaction(call, checker.fields[name], keyword)
        if reaction in ("ignore", "accept"):
            ignored.add(name)
        if reaction == "ignore":
            values = {key: value for key, value in values.items() if key != name}
        elif reaction == "clamp":
            values = {**values, name: limit}
        elif reaction != "accept":
            value = values.get(name, "")
            raise VendorError(reaction, {"rule": keyword, "parameter": name, "value": value})
    return values


def _find_broken_rules(checker: CompiledRules, values: dict[str, Any]) -> Iterator[tuple[int, str, str, Any]]:
    order = list(checker.fields)
    for error in checker.iter_errors(values):
        at = error.instance_path
        missing = error.kind.name == "required" and not at
        name = str(getattr(error.kind, "property", "") if missing else at[0])
        yield order.index(name), name, error.kind.name, None if missing else getattr(error.kind, "limit", None)


def _select_reaction(call: RequestContext, field: Field, keyword: str) -> str:
    table: Mapping[str, Reaction] = {**call.endpoint.operation.extension.errors, **field.reactions}
    reaction = field.reactions.get(keyword, table["default"])
    return reaction if isinstance(reaction, str) else reaction[call.service.variants[reaction["variant"]]]


def _has_any_of(values: Mapping[str, Any], names: list[str], _: int) -> bool:
    return not values.keys().isdisjoint(names)


def _is_sum_at_most(values: Mapping[str, Any], names: list[str], limit: int) -> bool:
    return bool(sum(values[name] for name in names) <= limit)


RULE_PREDICATES = {"any-of": _has_any_of, "sum-at-most": _is_sum_at_most}
