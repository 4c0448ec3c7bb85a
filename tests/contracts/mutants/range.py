"""Who spoils ranges of prices and numbers."""

from decimal import Decimal

from .mutant import Mutant
from .tools import Mutation, Values, change_request, ignore_parameters

DAJI_1688, BY_PIC, BY_NAME = "daji-1688/imageQuery", "aliyun/SearchImageByPic", "aliyun/SearchImageByName"


def _shift_bound(name: str, cents: int) -> Mutation:
    """A server whose bound is off by that."""

    def change(values: Values) -> Values:
        try:
            moved = Decimal(values[name]) + Decimal(cents) / 100
        except (KeyError, ArithmeticError):
            return values
        return values | {name: str(max(Decimal(0), moved))}

    return change_request(DAJI_1688, change)


def _replace_in_filter(at: str, old: str, new: str) -> Mutation:
    """A server that reads a sign of a filter otherwise."""
    return change_request(
        at, lambda values: values | {"Filter": values["Filter"].replace(old, new)} if "Filter" in values else values
    )


def _drop_lower_bound(values: Values) -> Values:
    if " AND int_attr<=" not in values.get("Filter", ""):
        return values
    return values | {"Filter": values["Filter"].partition(" AND ")[2]}


RANGE_MUTANTS = (
    Mutant("high-a-cent-too-far", "range/inside", DAJI_1688, _shift_bound("priceEnd", 1)),
    Mutant("low-a-cent-too-far", "range/inside", DAJI_1688, _shift_bound("priceStart", -1)),
    Mutant("range-ignored", "range/inside", DAJI_1688, ignore_parameters(DAJI_1688, "priceStart", "priceEnd")),
    Mutant("low-ignored", "range/inside", BY_NAME, change_request(BY_NAME, _drop_lower_bound)),
    Mutant("high-ignored", "range/inside", DAJI_1688, ignore_parameters(DAJI_1688, "priceEnd")),
    Mutant("low-excluded", "range/bounds", DAJI_1688, _shift_bound("priceStart", 1)),
    Mutant("high-excluded", "range/bounds", DAJI_1688, _shift_bound("priceEnd", -1)),
    Mutant("at-most-is-below", "range/bounds", BY_PIC, _replace_in_filter(BY_PIC, "<=", "<")),
    Mutant("at-least-is-above", "range/bounds", BY_NAME, _replace_in_filter(BY_NAME, ">=", ">")),
)
