"""Many values, found in a text in one pass, in any letter case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from .layers import Span
from .secret_names import COMMON_WORDS

# What is shorter would be found everywhere: a secret `a` would blacken every text.
MIN_SECRET_LENGTH: Final = 8
# What is shorter still is not looked for at all.
MIN_WORD_LENGTH: Final = 3
WORD_BYTE: Final = re.compile(rb"[a-z0-9_\x80-\xff]")
# Up to so many values, a search for each (1 ns a byte) takes less time than a look at each place of the text (60 ns).
MAX_SEPARATE_SEARCHES: Final = 48
# Of a longer value only that much is looked for, and what follows it is covered up to where a value can end: a response
# may quote the beginning of a token of 4 kB.
MAX_SEARCH_BYTES: Final = 64
VALUE_END: Final = re.compile(rb"""[\s&"'<>,;]|\Z""")
# Of the values that begin with the same MAX_SEARCH_BYTES, so many may have an end of a value in them, as a cookie has.
MAX_SAME_START: Final = 8


class ValueIndex:
    """Finds values of MIN_SECRET_LENGTH bytes and more anywhere; shorter ones and common words as whole words."""

    def __init__(self, values: Iterable[bytes]) -> None:
        lower_values = {value.lower() for value in values}
        self._words = {value for value in lower_values if _is_word(value)}
        # no shorter text has one of the values in it
        self.shortest = min(map(len, lower_values), default=0)
        self.has_blank = any(b" " in value for value in lower_values)
        self._starts = set[bytes]()
        self._long_values: dict[bytes, list[bytes]] = {}
        # the first bytes of values -> how long the values are that begin so, the longest first
        self._lengths: dict[bytes, list[int]] = {}
        searched = [value for value in lower_values - self._words if len(value) >= MIN_SECRET_LENGTH]
        self.min_length = min(map(len, searched), default=0)
        for value in sorted(searched, key=len, reverse=True):
            self._add(value)

    def _add(self, value: bytes) -> None:
        start = value[:MAX_SEARCH_BYTES]
        if len(value) > MAX_SEARCH_BYTES:
            self._long_values.setdefault(start, []).append(value)
        self._starts.add(start)
        lengths = self._lengths.setdefault(value[:MIN_SECRET_LENGTH], [])
        if len(start) not in lengths:
            lengths.append(len(start))

    def __bool__(self) -> bool:
        return bool(self._starts or self._words)

    def find_spans(self, text: bytes) -> Iterator[Span]:
        """Yield where the values stand in a text in lower case; of those that begin at one place, the longest at least."""
        spans = self._find_by_place(text)
        if len(self._starts) <= MAX_SEPARATE_SEARCHES:
            spans = self._find_each(text)
        # One that begins inside of a long value ends there, too: with a search for the end from each place, a text of
        # nothing but `a` would take the square of its length.
        long_begin = 0
        long_end = 0
        for begin, end in spans:
            start = text[begin:end]
            if start not in self._long_values:
                yield begin, end
                continue
            if not long_begin <= begin <= long_end - MAX_SEARCH_BYTES:
                long_begin = begin
                long_end = self._find_value_end(text, begin, start)
            yield begin, long_end

    def _find_each(self, text: bytes) -> Iterator[Span]:
        for value in self._starts:
            begin = text.find(value)
            while begin >= 0:
                yield begin, begin + len(value)
                # one on, not behind it: `abab` stands twice in `ababab`
                begin = text.find(value, begin + 1)

    def _find_by_place(self, text: bytes) -> Iterator[Span]:
        """Look at the first bytes of every place, and only where a value begins so, at the rest."""
        lengths_by_start = self._lengths
        places = range(len(text) - MIN_SECRET_LENGTH + 1)
        hits = [place for place in places if text[place : place + MIN_SECRET_LENGTH] in lengths_by_start]
        for begin in hits:
            for length in lengths_by_start[text[begin : begin + MIN_SECRET_LENGTH]]:
                if text[begin : begin + length] in self._starts:
                    yield begin, begin + length
                    break

    def _find_value_end(self, text: bytes, begin: int, start: bytes) -> int:
        for value in self._long_values[start][:MAX_SAME_START]:
            if text.startswith(value, begin):
                return begin + len(value)
        match = VALUE_END.search(text, begin + len(start))
        if match is None:
            return len(text)
        return match.start()

    def find_words(self, text: bytes) -> Iterator[Span]:
        """Yield where the values that are too short to be looked for everywhere stand alone, in a text in lower case."""
        for word in self._words:
            begin = text.find(word)
            while begin >= 0:
                end = begin + len(word)
                if not WORD_BYTE.match(text[max(begin - 1, 0) : begin]) and not WORD_BYTE.match(text[end : end + 1]):
                    yield begin, end
                begin = text.find(word, begin + 1)


def _is_word(value: bytes) -> bool:
    if len(value) < MIN_SECRET_LENGTH:
        return len(value) >= MIN_WORD_LENGTH
    return value.decode("latin-1") in COMMON_WORDS
