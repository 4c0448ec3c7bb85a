"""Mutants of ranges of prices and numbers."""

from decimal import Decimal

from .mutant import Mutant
from .mutations import Mutation, Values, change_request, ignore_parameters, replace_in_filter

DAJI_1688 = "daji-1688/imageQuery"
BY_PIC = "aliyun/SearchImageByPic"
BY_NAME = "aliyun/SearchImageByName"


def _shift_bound(name: str, cents: int) -> Mutation:
    """Mutate a server so that a bound is so many cents off."""

    def change(values: Values) -> Values:
        try:
            moved = Decimal(values[name]) + Decimal(cents) / 100
        except (KeyError, ArithmeticError):
            return values
        return values | {name: str(max(Decimal(0), moved))}

    return change_request(DAJI_1688, change)


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
    Mutant("at-most-is-below", "range/bounds", BY_PIC, replace_in_filter(BY_PIC, "<=", "<")),
    Mutant("at-least-is-above", "range/bounds", BY_NAME, replace_in_filter(BY_NAME, ">=", ">")),
)
