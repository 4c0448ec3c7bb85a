"""Who spoils ranges of prices and numbers."""

from decimal import Decimal

from .saboteur import Saboteur
from .tools import Answer, Values, misheard, without

ALI, BY_PIC, BY_NAME = "daji-1688/imageQuery", "aliyun/SearchImageByPic", "aliyun/SearchImageByName"


def _moved(name: str, cents: int) -> Answer:
    """A server whose bound is off by that."""

    def change(values: Values) -> Values:
        try:
            moved = Decimal(values[name]) + Decimal(cents) / 100
        except (KeyError, ArithmeticError):
            return values
        return values | {name: str(max(Decimal(0), moved))}

    return misheard(ALI, change)


def _grammar(at: str, old: str, new: str) -> Answer:
    """A server that reads a sign of a filter otherwise."""
    return misheard(
        at, lambda values: values | {"Filter": values["Filter"].replace(old, new)} if "Filter" in values else values
    )


def _high_alone(values: Values) -> Values:
    if " AND int_attr<=" not in values.get("Filter", ""):
        return values
    return values | {"Filter": values["Filter"].partition(" AND ")[2]}


RANGE = (
    Saboteur("high-a-cent-too-far", "range/inside", ALI, _moved("priceEnd", 1)),
    Saboteur("low-a-cent-too-far", "range/inside", ALI, _moved("priceStart", -1)),
    Saboteur("range-ignored", "range/inside", ALI, without(ALI, "priceStart", "priceEnd")),
    Saboteur("low-ignored", "range/inside", BY_NAME, misheard(BY_NAME, _high_alone)),
    Saboteur("high-ignored", "range/inside", ALI, without(ALI, "priceEnd")),
    Saboteur("low-excluded", "range/bounds", ALI, _moved("priceStart", 1)),
    Saboteur("high-excluded", "range/bounds", ALI, _moved("priceEnd", -1)),
    Saboteur("at-most-is-below", "range/bounds", BY_PIC, _grammar(BY_PIC, "<=", "<")),
    Saboteur("at-least-is-above", "range/bounds", BY_NAME, _grammar(BY_NAME, ">=", ">")),
)
