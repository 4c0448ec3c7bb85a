"""openapi-core's validation, which ends: at the first hundred errors of a list, and when the time is up.

By itself it collects every error of a body before it says one. For 5 MB of items that are all wrong these are hundreds of
thousands, each with the schema and the value that it is about: 44 seconds and 1.6 GB, and one of them is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from itertools import islice
from typing import Any, Final

from jsonschema.protocols import Validator
from jsonschema.validators import extend
from jsonschema_path import SchemaPath
from openapi_core.validation.schemas.factories import DialectSchemaValidatorsFactory, SchemaValidatorsFactory
from openapi_schema_validator import OAS31_BASE_DIALECT_ID, OAS30ReadValidator, OAS31Validator

from ..deadline import get_deadline
from .pattern import validate_pattern

MAX_ERRORS: Final = 100
# those that look at every member of an object, of which a server may send any number
MEMBER_KEYWORDS: Final = ("additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties")


def _validate_items(validator: Any, items: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what is wrong with the items of a list, as JSON Schema's keyword `items` has it, up to a hundred errors."""
    if not validator.is_type(instance, "array"):
        return
    deadline = get_deadline()
    error_count = 0
    # in OpenAPI 3.1 `items` is about those behind the ones that `prefixItems` describes
    first = len(schema.get("prefixItems", ()))
    for index in range(first, len(instance)):
        deadline.check()
        for error in validator.descend(instance[index], items, path=index):
            yield error
            error_count += 1
            if error_count == MAX_ERRORS:
                return


def _validate_members(
    function: Callable[..., Iterator[Any] | None], validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]
) -> Iterator[Any]:
    """Yield what a keyword finds wrong with the members of an object, up to a hundred errors."""
    return islice(function(validator, value, instance, schema) or (), MAX_ERRORS)


class _BoundedDialectFactory(DialectSchemaValidatorsFactory):
    """Makes bounded validators of whichever dialect of JSON Schema a document of OpenAPI 3.1 names."""

    def get_validator_cls(self, spec: SchemaPath, schema: SchemaPath) -> type[Validator]:
        return _bound_validator(super().get_validator_cls(spec, schema))


@cache
def _bound_validator(validator_class: type[Validator]) -> type[Validator]:
    # jsonschema has no other way to change a keyword: its classes may not be derived from
    keywords = {"items": _validate_items}
    for name in MEMBER_KEYWORDS:
        function = validator_class.VALIDATORS.get(name)
        if function is not None:
            keywords[name] = partial(_validate_members, function)
    pattern = validator_class.VALIDATORS.get("pattern")
    if pattern is not None:
        keywords["pattern"] = partial(validate_pattern, pattern)
    bounded: type[Validator] = extend(validator_class, keywords)  # type: ignore[no-untyped-call]
    return bounded


BOUNDED_FACTORIES: Final = {
    "3.0": SchemaValidatorsFactory(_bound_validator(OAS30ReadValidator)),
    "3.1": _BoundedDialectFactory(
        OAS31Validator, OAS31_BASE_DIALECT_ID, format_checker=OAS30ReadValidator.FORMAT_CHECKER
    ),
}
