"""Weather: what a sandbox's answers go through by chance, where its tester asks for it.

Each answer may be late, be an error that a client may ask again for, or be changed in ways that the document allows: an
optional member is absent, a nullable one null, there is a member that nobody knows, or the members have another order.
A client has to live with all of that, and few tests ever show it.

Whatever happens follows from the seed and the number of the exchange alone, so that the same seed brings the same weather
to the same requests. What somebody asks for by name, as by a scheduled situation or `Prefer`, comes as it was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec

from lookalike_specs import Operation
from lookalike_specs.answer_edits import UNKNOWN_NAME, UNKNOWN_VALUES, AnswerEdit, apply_edits
from lookalike_specs.messages import Response, is_json
from lookalike_specs.pointers import MISSING
from lookalike_specs.response_fields import FieldValue, list_field_values

from .service import Endpoint, Service

WeatherKind = Literal["calm", "mild", "rough"]
CALM: Final = "calm"


class Weather(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How rough it is: `calm` changes nothing. Another seed brings other weather of the same kind."""

    kind: WeatherKind = CALM
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] = 0


class WeatherLevel(NamedTuple):
    """Rates are of all answers, from 0 to 1. At most `max_errors` errors come one after the other.

    A late answer takes up to `max_delay` seconds more, and an edited one has up to `max_edits` edits.
    """

    error_rate: float
    max_errors: int
    delay_rate: float
    max_delay: float
    edit_rate: float
    max_edits: int


WEATHER_LEVELS: Final[Mapping[WeatherKind, WeatherLevel]] = {
    "mild": WeatherLevel(0.05, 1, 0.2, 0.1, 0.3, 1),
    "rough": WeatherLevel(0.2, 2, 0.4, 1.0, 0.8, 5),
}


class WeatherDraw(NamedTuple):
    """What happens to one exchange: an error, or a delay in seconds; "" and 0 where there is none."""

    weather: Weather
    number: int
    error_id: str
    delay: float


def draw_weather(weather: Weather, number: int, service: Service, endpoint: Endpoint) -> WeatherDraw:
    """Return what happens to the exchange of that number; the weather is not calm."""
    level = WEATHER_LEVELS[weather.kind]
    if _has_error(weather, number, level):
        error_id = _choose_error(weather, number, service, endpoint)
        if error_id:
            return WeatherDraw(weather, number, error_id, 0.0)
    rng = _create_rng(weather, number, "delay")
    delay = 0.0
    if rng.random() < level.delay_rate:
        delay = rng.uniform(0, level.max_delay)
    return WeatherDraw(weather, number, "", delay)


def _create_rng(weather: Weather, number: int, purpose: str) -> Random:
    # one for each purpose, so that an error more does not change which members of a later answer are null
    return Random(f"{weather.seed}/{number}/{purpose}")  # noqa: S311 - for weather, not for secrets


def _has_error(weather: Weather, number: int, level: WeatherLevel) -> bool:
    """Return whether an exchange is an error: where it draws one, unless the last ones have drawn one too.

    A client that asks again two or three times has to get through in the end.
    """
    earlier = range(max(1, number - level.max_errors), number)
    if not _draws_error(weather, number, level):
        return False
    return len(earlier) < level.max_errors or not all(_draws_error(weather, other, level) for other in earlier)


def _draws_error(weather: Weather, number: int, level: WeatherLevel) -> bool:
    return _create_rng(weather, number, "error").random() < level.error_rate


def _choose_error(weather: Weather, number: int, service: Service, endpoint: Endpoint) -> str:
    """Return one of the operation's errors after which a client may ask again; "" where it has none."""
    candidates = [
        error_id
        for error_id, error in service.api.root.errors.items()
        if error_id in endpoint.situations and error.client.retry == "later"
    ]
    if not candidates:
        return ""
    return _create_rng(weather, number, "which error").choice(candidates)


def edit_by_weather(draw: WeatherDraw, operation: Operation, response: Response) -> tuple[Response, list[AnswerEdit]]:
    """Return a good answer as the weather changes it, and the edits; without any the answer is the same."""
    level = WEATHER_LEVELS[draw.weather.kind]
    rng = _create_rng(draw.weather, draw.number, "edits")
    if rng.random() >= level.edit_rate or not is_json(response.media_type):
        return response, []
    try:
        body = json.loads(response.body)
    except (ValueError, RecursionError):
        return response, []
    edits = _draw_edits(rng, list_field_values(operation.response_schema, body), rng.randint(1, level.max_edits))
    return msgspec.structs.replace(response, body=apply_edits(response.body, edits)), edits


def _draw_edits(rng: Random, values: Sequence[FieldValue], count: int) -> list[AnswerEdit]:
    """Return up to that many edits of these fields, at most one at each place."""
    edits: dict[str, AnswerEdit] = {}
    for _ in range(count):
        draw_edit = rng.choice(EDIT_DRAWERS)
        edit = draw_edit(rng, values)
        # below a place that is gone or null there is nothing to be changed
        if edit is not None and not any(edit.pointer.startswith(f"{pointer}/") for pointer in edits):
            edits.setdefault(edit.pointer, edit)
    return list(edits.values())


def _draw_absence(rng: Random, values: Sequence[FieldValue]) -> AnswerEdit | None:
    places = [value.pointer for value in values if value.field.is_optional and value.value is not MISSING]
    if not places:
        return None
    return AnswerEdit("remove", rng.choice(places))


def _draw_null(rng: Random, values: Sequence[FieldValue]) -> AnswerEdit | None:
    places = [value.pointer for value in values if value.field.is_nullable and value.value not in (None, MISSING)]
    if not places:
        return None
    return AnswerEdit("set", rng.choice(places), None)


def _draw_unknown_member(rng: Random, values: Sequence[FieldValue]) -> AnswerEdit | None:
    places = ["", *(value.pointer for value in values if isinstance(value.value, dict))]
    return AnswerEdit("set", f"{rng.choice(places)}/{UNKNOWN_NAME}", rng.choice(UNKNOWN_VALUES))


def _draw_other_order(rng: Random, values: Sequence[FieldValue]) -> AnswerEdit | None:
    places = ["", *(value.pointer for value in values if isinstance(value.value, dict))]
    return AnswerEdit("reverse", rng.choice(places))


EDIT_DRAWERS: Final[tuple[Callable[[Random, Sequence[FieldValue]], AnswerEdit | None], ...]] = (
    _draw_absence,
    _draw_null,
    _draw_unknown_member,
    _draw_other_order,
)


def describe_edit(edit: AnswerEdit) -> str:
    """Return an edit in words, such as `/data/items/0/title is absent`."""
    place = edit.pointer or "the answer"
    if edit.kind == "remove":
        return f"{place} is absent"
    if edit.kind == "reverse":
        return f"the members of {place} have another order"
    if edit.pointer.endswith(f"/{UNKNOWN_NAME}"):
        return f"{place} was added"
    return f"{place} is {_encode_value(edit.value)}"


def _encode_value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
