"""`Filter`, read by the grammar of the spec's data."""

from __future__ import annotations

from ..call import Call
from . import condition
from .aliyun_rules import refused


def condition_of(call: Call) -> condition.Condition | None:
    """What `Filter` says. Raises Refused for one that is too long, or not of the grammar."""
    text, rules = call.values.get("Filter", ""), call.service.api.root.data["filter"]
    if not text or _is_magic(call):
        return None
    generation = call.service.variants["filter-grammar"]
    if len(text) > rules["length"][generation]:
        raise refused(call, "filter-length", "Filter")
    grammar = condition.Grammar(
        integers=rules["integers"]["fields"],
        integer_operators=rules["integers"]["operators"],
        strings=rules["strings"]["fields"],
        string_operators=rules["strings"]["operators"],
        sets=generation == "later",
    )
    try:
        return condition.parse(text, grammar)
    except condition.BadCondition as bad:
        raise refused(call, f"filter-{bad.fault}", "Filter") from bad


def _is_magic(call: Call) -> bool:
    """Whether `Filter` is no filter, but names the situation that the call is in."""
    magic = [before + call.situation + after for name, (before, after) in call.service.magic_values if name == "Filter"]
    return bool(call.situation) and call.values.get("Filter") in magic
