"""JSON pointers (RFC 6901) into documents and bodies; in some of them `*` stands for every position of a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final


class Missing:
    """The type of MISSING."""

    def __repr__(self) -> str:
        return "nothing"

    def __bool__(self) -> bool:
        return False


# None will not do: JSON's `null` is a value that can stand at a place.
MISSING: Final = Missing()


def escape_pointer_token(token: str) -> str:
    """Return a name as a pointer has it: `/1688/search` is `~11688~1search`."""
    # `~` first, or the `~` of a `~1` that was just written would be escaped again
    return token.replace("~", "~0").replace("/", "~1")


def unescape_pointer_token(token: str) -> str:
    """Return the name that a token of a pointer stands for."""
    # `~1` first, so that `~01` becomes `~1` and not `/`
    return token.replace("~1", "/").replace("~0", "~")


def join_pointer(*names: str | int) -> str:
    """Return the pointer to a place that is these names, and positions of lists, deep."""
    return "".join(f"/{escape_pointer_token(str(name))}" for name in names)


def split_pointer(pointer: str) -> list[str]:
    """Return the names in a pointer; none for "", which is the whole."""
    return [unescape_pointer_token(token) for token in pointer.split("/")[1:]]


def get_child(value: Any, name: str) -> Any:
    """Return the member or the element of that name; MISSING where there is none."""
    if isinstance(value, dict):
        return value.get(name, MISSING)
    # only plain digits are a position: `int` would take `-1`, ` 1` and the digits of other scripts too
    if isinstance(value, list) and name.isascii() and name.isdecimal() and int(name) < len(value):
        return value[int(name)]
    return MISSING


def resolve_pointer(value: Any, pointer: str) -> Any:
    """Return what stands at the pointer; MISSING where nothing does."""
    for name in split_pointer(pointer):
        value = get_child(value, name)
    return value


def iter_matches(value: Any, pointer: str) -> Iterator[tuple[str, Any]]:
    """Yield each place that a pointer with `*` means, and what stands there.

    `/items/*/id` yields `/items/0/id`, `/items/1/id` and so on; items without an `id` are left out.
    """
    head, star, rest = pointer.partition("/*")
    target = resolve_pointer(value, head)
    if not star:
        if target is not MISSING:
            yield head, target
    elif isinstance(target, list):
        for position, item in enumerate(target):
            for inner_pointer, inner_value in iter_matches(item, rest):
                yield f"{head}/{position}{inner_pointer}", inner_value


def blank_values(value: Any, pointers: tuple[str, ...]) -> Any:
    """Return a copy of a value with None in the places of these pointers."""
    if not pointers:
        return value
    if "" in pointers:
        return None
    if isinstance(value, dict):
        return {key: blank_values(inner, _select_below(pointers, key)) for key, inner in value.items()}
    if isinstance(value, list):
        below = _select_below(pointers, "*")
        return [
            blank_values(inner, below + _select_below(pointers, str(position))) for position, inner in enumerate(value)
        ]
    return value


def _select_below(pointers: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return what is left of those pointers that lead through a member: of `/a/b` and `/c`, below `a`, `/b`."""
    prefix = join_pointer(name)
    return tuple(
        pointer.removeprefix(prefix) for pointer in pointers if pointer == prefix or pointer.startswith(f"{prefix}/")
    )
