"""Servers whose pages are not as a client may expect: one is short, the total changes, the last one comes again for ever.

Each is a catalogue of few goods, and edits of the answers, which depend on those before: `edit_each_answer` of a sandbox.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lookalike_specs import Operation
from lookalike_specs.answer_edits import AnswerEdit
from lookalike_specs.invariants import Paging, resolve_choice
from lookalike_specs.messages import Response
from lookalike_specs.pointers import resolve_pointer

# three full pages of ten, and one of five
UNEVEN_SIZE: Final = 35
# three full pages of ten: a page count of floor plus one says that there are four
EVEN_SIZE: Final = 30
# how many goods come in while the client reads
LATE_ITEM_COUNT: Final = 10


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """A good answer with goods, and where its operation has what about them; "" for what it does not have."""

    body: Any
    items: list[Any]
    items_pointer: str
    item_count_pointer: str
    total_pointer: str
    pages_pointer: str

    @property
    def total(self) -> int | None:
        """Return how many goods there are, as the answer says; None where it does not."""
        total = resolve_pointer(self.body, self.total_pointer)
        if self.total_pointer and isinstance(total, int):
            return total
        return None

    def replace_items(self, items: list[Any]) -> Iterator[AnswerEdit]:
        """Yield the edits that put other goods into the answer."""
        yield AnswerEdit("set", self.items_pointer, items)
        if self.item_count_pointer:
            yield AnswerEdit("set", self.item_count_pointer, len(items))


@dataclass(slots=True)
class PageHistory:
    """How many answers there were so far, the goods of the last page that had any, and how many goods were left out.

    `total` is how many goods the server says that it finds; None before the first answer, or where it does not say.
    """

    answer_count: int = 0
    total: int | None = None
    last_items: list[Any] = field(default_factory=list)
    removed_count: int = 0


Script = Callable[[PageHistory, PageAnswer], Iterator[AnswerEdit]]


@dataclass(frozen=True, slots=True)
class PageScript:
    """How a server behaves over several pages: how many goods it has, and what is changed about each answer.

    It is played where `is_possible` for the operation's paging.
    """

    size: int
    edit: Script
    is_possible: Callable[[Paging], bool]


@dataclass(slots=True)
class ScriptedPages:
    """A script that is being played in a sandbox."""

    script: PageScript
    variants: Mapping[str, str]
    history: PageHistory = field(default_factory=PageHistory)

    @property
    def item_count(self) -> int:
        """Return how many goods all pages have together.

        A search need not find the whole catalogue: one at Alibaba Cloud stays within the category of its picture.
        """
        size = self.script.size
        if self.history.total is not None:
            size = self.history.total
        return size - self.history.removed_count

    def choose_edits(self, operation: Operation, response: Response) -> list[AnswerEdit]:
        """Return the edits of an answer; none where it is no page of goods."""
        answer = read_answer(operation, response, self.variants)
        if answer is None:
            return []
        self.history.answer_count += 1
        if answer.total is not None:
            self.history.total = answer.total
        edits = list(self.script.edit(self.history, answer))
        if answer.items:
            self.history.last_items = answer.items
        return edits


def read_answer(operation: Operation, response: Response, variants: Mapping[str, str]) -> PageAnswer | None:
    """Return an answer with goods; None where the operation has no pages of them."""
    invariants = operation.extension.invariants
    paging = invariants.paging
    if not invariants.items or paging is None:
        return None
    body = json.loads(response.body)
    items = resolve_pointer(body, invariants.items)
    if not isinstance(items, list):
        return None
    return PageAnswer(
        body=body,
        items=items,
        items_pointer=invariants.items,
        item_count_pointer=resolve_choice(paging.item_count, variants),
        total_pointer=resolve_choice(paging.total, variants),
        pages_pointer=paging.pages,
    )


def _leave_as_it_is(_: PageHistory, __: PageAnswer) -> Iterator[AnswerEdit]:
    yield from ()


def _shorten_second_page(history: PageHistory, answer: PageAnswer) -> Iterator[AnswerEdit]:
    # as where a product was taken off while the page was made
    if history.answer_count == 2 and len(answer.items) > 1:
        history.removed_count += 1
        yield from answer.replace_items(answer.items[:-1])


def _raise_total_after_first_page(history: PageHistory, answer: PageAnswer) -> Iterator[AnswerEdit]:
    total = answer.total
    if history.answer_count > 1 or total is None:
        return
    first_total = total - LATE_ITEM_COUNT
    # a client that asks for larger pages has got more already
    if first_total >= len(answer.items):
        yield AnswerEdit("set", answer.total_pointer, first_total)


def _count_one_page_too_many(history: PageHistory, answer: PageAnswer) -> Iterator[AnswerEdit]:
    page_size = len(history.last_items or answer.items)
    if page_size and answer.total is not None:
        yield AnswerEdit("set", answer.pages_pointer, answer.total // page_size + 1)


def _repeat_last_page(history: PageHistory, answer: PageAnswer) -> Iterator[AnswerEdit]:
    if not answer.items:
        yield from answer.replace_items(history.last_items)


def _is_always_possible(_: Paging) -> bool:
    return True


PAGE_SCRIPTS: Final[Mapping[str, PageScript]] = {
    "": PageScript(UNEVEN_SIZE, _leave_as_it_is, _is_always_possible),
    "short-page": PageScript(UNEVEN_SIZE, _shorten_second_page, _is_always_possible),
    "total-changes": PageScript(UNEVEN_SIZE, _raise_total_after_first_page, lambda paging: bool(paging.total)),
    "page-count": PageScript(EVEN_SIZE, _count_one_page_too_many, lambda paging: bool(paging.pages)),
    "last-page-again": PageScript(UNEVEN_SIZE, _repeat_last_page, _is_always_possible),
}


def list_page_scripts(operation: Operation) -> list[str]:
    """Return the names of the scripts that an operation's pages can be played by; none where it has one page alone."""
    paging = operation.extension.invariants.paging
    if paging is None or not paging.page:
        return []
    return [name for name, script in PAGE_SCRIPTS.items() if script.is_possible(paging)]
