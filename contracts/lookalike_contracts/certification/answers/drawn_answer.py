"""An edit of a good answer with what is known of it, and an answer that was made by such edits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from lookalike_specs.answer_edits import AnswerEdit
from lookalike_specs.provenance import Source, rank_kind

from ...quotes import shorten_middle

DrawnKind = Literal["allowed", "forbidden"]
# what is done to the field; several of them are the same kind of edit
EditMeaning = Literal["absent", "null", "empty", "large", "small", "other", "long", "unknown", "order", "type", "cut"]
MAX_SHOWN_VALUE: Final = 60
MAX_SHOWN_EDITS: Final = 3


@dataclass(frozen=True, slots=True)
class EditCandidate:
    """An edit, what it means, and who says that the document allows or forbids it."""

    edit: AnswerEdit
    meaning: EditMeaning
    source: Source

    @property
    def key(self) -> str:
        """Return a text that is the same for equal edits: their values may be lists, which have no hash."""
        return json.dumps([self.edit.kind, self.edit.pointer, self.edit.value, self.edit.length])

    @property
    def place(self) -> tuple[str, str]:
        """Return what is done, and to which field, whatever the value."""
        return self.meaning, self.edit.pointer

    def describe(self) -> str:
        """Return the edit in words, such as `/data/items/0/brand is null`."""
        place = self.edit.pointer or "the answer"
        if self.meaning == "cut":
            return f"the answer ends after {self.edit.length} bytes"
        if self.meaning == "absent":
            return f"{place} is absent"
        if self.meaning == "order":
            return f"the members of {place} have another order"
        if self.meaning == "unknown":
            return f"{place} is there, which the document does not name"
        return f"{place} is {_describe_value(self.edit.value)}"


def _describe_value(value: Any) -> str:
    return shorten_middle(json.dumps(value, ensure_ascii=False), MAX_SHOWN_VALUE)


@dataclass(frozen=True, slots=True)
class DrawnAnswer:
    """A good answer with edits; `original_ids` are all texts that may be the id of one of its items."""

    kind: DrawnKind
    candidates: tuple[EditCandidate, ...]
    original_ids: frozenset[str]

    @property
    def source(self) -> Source:
        """Return who says that the edits are allowed or forbidden: of several the least sure."""
        return find_weakest_source(self.candidates)

    @property
    def subject(self) -> str:
        """Return what tells a finding about these edits from others, without the values that were drawn."""
        return " ".join(f"{candidate.meaning} {candidate.edit.pointer}" for candidate in self.candidates)

    def describe(self) -> str:
        """Return the edits in words."""
        texts = [candidate.describe() for candidate in self.candidates[:MAX_SHOWN_EDITS]]
        if len(self.candidates) > MAX_SHOWN_EDITS:
            texts.append(f"{len(self.candidates) - MAX_SHOWN_EDITS} edits more")
        return ", ".join(texts)


def find_weakest_source(candidates: Sequence[EditCandidate]) -> Source:
    """Return the least sure source of edits, of which there has to be one at least."""
    return max((candidate.source for candidate in candidates), key=lambda source: rank_kind(source.kind))


def list_edits(candidates: Sequence[EditCandidate]) -> list[AnswerEdit]:
    """Return the edits alone."""
    return [candidate.edit for candidate in candidates]
