"""Edits of a JSON body, as data: what a test, or the judge of clients, changes about a good answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import msgspec

from .pointers import MISSING, get_child, split_pointer

MAX_EDITS: Final = 100
MAX_POINTER_LENGTH: Final = 1000
# of all values together
MAX_VALUE_BYTES: Final = 64 * 1024
# values come as JSON; a deeper one would end the reading of whoever gets the answer
MAX_VALUE_DEPTH: Final = 50
# how many bytes a cut leaves; more than any answer has
MAX_LENGTH: Final = 2**31
# what only the schema says: the words of an error are ours
POINTER_SCHEMA: Final = {"pattern": "^(/(.|\\n|\\r)*)?$"}
LENGTH_SCHEMA: Final = {"minimum": 0}
# what no vendor has, so that no edit changes the meaning of a field that there is
UNKNOWN_NAME: Final = "lookalikeUnknown"
UNKNOWN_VALUES: Final[tuple[Any, ...]] = (None, True, 0, "", [], {}, "新字段")
EditKind = Literal["set", "remove", "reverse", "cut"]


class AnswerEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change of a JSON body.

    `set` puts `value` at the pointer, where it replaces what stands there or adds a member; `remove` takes a member or an
    element away; `reverse` turns round the order of an object's members; `cut` ends the text of the body after `length`
    bytes, whatever the pointer. A pointer is a JSON pointer, "" for the whole body.
    """

    kind: EditKind
    pointer: Annotated[str, msgspec.Meta(max_length=MAX_POINTER_LENGTH, extra_json_schema=POINTER_SCHEMA)] = ""
    value: Any = None
    length: Annotated[int, msgspec.Meta(le=MAX_LENGTH, extra_json_schema=LENGTH_SCHEMA)] = 0


class AnswerEdits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The edits of a sandbox's good answers; with `operation`, of the answers of that operation alone."""

    edits: Annotated[list[AnswerEdit], msgspec.Meta(max_length=MAX_EDITS)] = []
    operation: str = ""


def validate_edits(edits: Sequence[AnswerEdit]) -> None:
    """Raise ValueError for edits that are too many or too large, or that nobody could apply."""
    if len(edits) > MAX_EDITS:
        raise ValueError(f"{len(edits)} edits are too many; at most {MAX_EDITS} can be made")
    for edit in edits:
        if edit.pointer and not edit.pointer.startswith("/"):
            raise ValueError(f"{edit.pointer[:100]!r} is no JSON pointer; it begins with /")
        if len(edit.pointer) > MAX_POINTER_LENGTH:
            raise ValueError(f"a pointer is longer than {MAX_POINTER_LENGTH} characters")
        if _measure_depth(edit.value) > MAX_VALUE_DEPTH:
            raise ValueError(f"the value at {edit.pointer[:100]!r} is deeper than {MAX_VALUE_DEPTH} levels")
        if edit.length < 0:
            raise ValueError("the length of a cut is how many bytes are left, such as 100")
    size = measure_edits(edits)
    if size > MAX_VALUE_BYTES:
        raise ValueError(f"the values have {size} bytes; at most {MAX_VALUE_BYTES} are possible")


def measure_edits(edits: Sequence[AnswerEdit]) -> int:
    """Return how many bytes the values of edits have as JSON."""
    return sum(len(_encode(edit.value)) for edit in edits if edit.value is not None)


def apply_edits(body: bytes, edits: Sequence[AnswerEdit]) -> bytes:
    """Return a JSON body with the edits, one after the other; a body that is no JSON is only cut.

    An edit whose place the body does not have changes nothing: an answer may have fewer items than the last one.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return _cut_body(body, edits)
    is_changed = False
    for edit in edits:
        if edit.kind != "cut":
            value = _apply_edit(value, edit, split_pointer(edit.pointer))
            is_changed = True
    if is_changed:
        body = _encode(value)
    # last, as what is cut is text, and no value any more
    return _cut_body(body, edits)


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _cut_body(body: bytes, edits: Sequence[AnswerEdit]) -> bytes:
    for edit in edits:
        if edit.kind == "cut":
            body = body[: edit.length]
    return body


def _apply_edit(value: Any, edit: AnswerEdit, names: list[str]) -> Any:
    """Return a value with the edit at the place that `names` lead to; what is on the way there is copied."""
    if not names:
        return _change_whole(value, edit)
    name = names[0]
    child = get_child(value, name)
    if len(names) == 1 and edit.kind == "remove":
        return _remove_child(value, name)
    if child is MISSING:
        # only the last name may be new: /data/new is a member more, and /new/data has nothing to stand in
        if len(names) == 1 and edit.kind == "set" and isinstance(value, dict):
            return value | {name: edit.value}
        return value
    changed = _apply_edit(child, edit, names[1:])
    if isinstance(value, dict):
        return value | {name: changed}
    position = int(name)
    return [*value[:position], changed, *value[position + 1 :]]


def _change_whole(value: Any, edit: AnswerEdit) -> Any:
    if edit.kind == "set":
        return edit.value
    if edit.kind == "reverse" and isinstance(value, dict):
        return dict(reversed(value.items()))
    return value


def _remove_child(value: Any, name: str) -> Any:
    if get_child(value, name) is MISSING:
        return value
    if isinstance(value, dict):
        return {key: inner for key, inner in value.items() if key != name}
    position = int(name)
    return [*value[:position], *value[position + 1 :]]


def _measure_depth(value: Any) -> int:
    """Return how many levels a value has, counted without recursion up to the first that is too many."""
    level = [value]
    for depth in range(MAX_VALUE_DEPTH + 1):
        children: list[Any] = []
        for parent in level:
            if isinstance(parent, dict):
                children += parent.values()
            elif isinstance(parent, list):
                children += parent
        if not children:
            return depth
        level = children
    return MAX_VALUE_DEPTH + 1
