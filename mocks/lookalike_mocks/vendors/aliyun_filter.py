"""`Filter`, read by the grammar of the spec's data."""

from __future__ import annotations

from ..call import RequestContext
from . import condition
from .aliyun_rules import build_rule_error


def parse_filter(call: RequestContext) -> condition.Condition | None:
    """What `Filter` says. Raises Refused for one that is too long, or not of the grammar."""
    text, rules = call.values.get("Filter", ""), call.service.api.root.data["filter"]
    if not text or _is_trigger(call):
        return None
    generation = call.service.variants["filter-grammar"]
    if len(text) > rules["length"][generation]:
        raise build_rule_error(call, "filter-length", "Filter")
    grammar = condition.FilterGrammar(
        integer_fields=rules["integers"]["fields"],
        integer_operators=rules["integers"]["operators"],
        string_fields=rules["strings"]["fields"],
        string_operators=rules["strings"]["operators"],
        allows_sets=generation == "later",
    )
    try:
        return condition.parse_condition(text, grammar)
    except condition.ConditionError as bad:
        raise build_rule_error(call, f"filter-{bad.reason}", "Filter") from bad


def _is_trigger(call: RequestContext) -> bool:
    """Whether `Filter` is no filter, but names the situation that the call is in."""
    magic = [before + call.situation + after for name, (before, after) in call.service.trigger_parameters if name == "Filter"]
    return bool(call.situation) and call.values.get("Filter") in magic
