"""Which fields of an answer a client requires, reads and ignores: each is taken away, and then null.

`needs.schema.json` beside this describes the file.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final, Literal

import msgspec

from lookalike_contracts.certification.answers.drawn_answer import EditCandidate, EditMeaning
from lookalike_contracts.certification.answers.places import GoodAnswer, list_places
from lookalike_contracts.certification.case import ClientCase, ClientOutcome
from lookalike_contracts.certification.judge import judge_outcome
from lookalike_specs.answer_edits import MAX_EDITS, AnswerEdit
from lookalike_specs.pointers import MISSING, join_pointer, split_pointer
from lookalike_specs.provenance import UNSTATED

from .client import Client
from .drawn_answers import TIME_IS_UP, AnswerDrawing, find_good_answer, play_edits, reads_good_answer
from .mock_server import ServerPool
from .run import CertificationOptions, list_apis

FORMAT_VERSION: Final = 1
Effect = Literal["fails", "changes", "same"]
Need = Literal["required", "read", "ignored"]


class FieldNeed(msgspec.Struct, frozen=True, kw_only=True):
    """What a client does without a field, and where it is null; `pointer` has `*` for each position of a list."""

    pointer: str
    need: Need
    when_absent: Effect
    when_null: Effect


class ApiNeeds(msgspec.Struct, frozen=True, omit_defaults=True):
    """The fields of an API's answer; without any, `reason` says why."""

    api: str
    operation: str
    fields: tuple[FieldNeed, ...] = ()
    reason: str = ""


class ClientNeeds(msgspec.Struct, frozen=True, kw_only=True):
    """What a client needs of each API."""

    version: Literal[1] = FORMAT_VERSION
    client: str
    apis: tuple[ApiNeeds, ...]


def find_needs(options: CertificationOptions) -> ClientNeeds:
    """Return what a client needs of the APIs of the cases. Raise DriverError where it cannot be started."""
    return asyncio.run(_find_needs(options))


def encode_needs(needs: ClientNeeds) -> bytes:
    """Return the JSON of what a client needs."""
    return msgspec.json.format(msgspec.json.encode(needs), indent=2) + b"\n"


async def _find_needs(options: CertificationOptions) -> ClientNeeds:
    ends_at = inf
    if options.max_time:
        ends_at = time.monotonic() + options.max_time
    # one for each API: any of those whose answers are drawn
    cases = {case.api: case for case in options.cases if case.drawn_kind is not None}
    results = []
    async with Client(options.command, options.name) as client:
        with ServerPool(options.seed, options.variants, list_apis(options.cases)) as servers:
            for case in cases.values():
                server = await asyncio.to_thread(servers.get, case)
                drawing = AnswerDrawing(server, client, case, judge_outcome, options.timeout, options.seed, 0, ends_at)
                results.append(await _find_api_needs(drawing, case))
        return ClientNeeds(client=client.name or options.command_text, apis=tuple(results))


async def _find_api_needs(drawing: AnswerDrawing, case: ClientCase) -> ApiNeeds:
    plain = await play_edits(drawing, None, ())
    answer = find_good_answer(plain)
    if answer is None or not reads_good_answer(plain):
        return ApiNeeds(case.api, case.operation, reason="the client does not read the good answer")
    search = _NeedSearch(drawing, answer, _summarize(plain))
    pointers = [place.pointer for place in list_places(answer) if place.value is not MISSING]
    leaves = [pointer for pointer in pointers if not any(other.startswith(f"{pointer}/") for other in pointers)]
    try:
        await search.look_at(leaves)
        # what holds others has an effect of its own: an empty object is not the same as none
        for pointer in pointers:
            if pointer not in search.needs:
                await search.look_at([pointer])
    except TimeoutError:
        return ApiNeeds(case.api, answer.operation.id, reason=TIME_IS_UP)
    return ApiNeeds(case.api, answer.operation.id, tuple(search.needs[pointer] for pointer in pointers))


@dataclass(frozen=True, slots=True)
class _NeedSearch:
    """Takes fields away, many at a time: most are ignored, and a client may take a fifth of a second for each answer."""

    drawing: AnswerDrawing
    answer: GoodAnswer
    good_result: object
    needs: dict[str, FieldNeed] = field(default_factory=dict)

    async def look_at(self, pointers: Sequence[str]) -> None:
        """Find the need of each of these fields, none of which holds another. Raise TimeoutError."""
        if not pointers:
            return
        when_absent: Effect = "fails"
        when_null: Effect = "fails"
        if len(pointers) <= MAX_EDITS:
            when_absent = await self._find_effect(pointers, "absent")
            when_null = await self._find_effect(pointers, "null")
        if len(pointers) == 1 or when_absent == when_null == "same":
            for pointer in pointers:
                self.needs[pointer] = _build_need(pointer, when_absent, when_null)
            return
        middle = len(pointers) // 2
        await self.look_at(pointers[:middle])
        await self.look_at(pointers[middle:])

    async def _find_effect(self, pointers: Sequence[str], meaning: EditMeaning) -> Effect:
        if self.drawing.is_over:
            raise TimeoutError
        kind: Literal["remove", "set"] = "set"
        if meaning == "absent":
            kind = "remove"
        candidates = tuple(EditCandidate(AnswerEdit(kind, pointer), meaning, UNSTATED) for pointer in pointers)
        result = _summarize(await play_edits(self.drawing, self.answer, candidates))
        if result is None:
            return "fails"
        if result == self.good_result:
            return "same"
        return "changes"


def _summarize(outcome: ClientOutcome) -> object:
    """Return what a client gave its caller; None where it failed, or gave no item."""
    response = outcome.response
    if response is None or response.error is not None:
        return None
    if response.has_ended:
        return True
    if not response.items:
        return None
    return response.items, response.total


def _build_need(pointer: str, when_absent: Effect, when_null: Effect) -> FieldNeed:
    need: Need = "read"
    if when_absent == "fails":
        need = "required"
    elif when_absent == when_null == "same":
        need = "ignored"
    names = ["*" if name == "0" else name for name in split_pointer(pointer)]
    return FieldNeed(pointer=join_pointer(*names), need=need, when_absent=when_absent, when_null=when_null)
