"""What can be wrong with a spec."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False)
class SpecError(Exception):
    """A spec says something that cannot be meant; `where` is the API and the place in its document."""

    location: str
    problem: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.location}: {self.problem}"


@dataclass(eq=False)
class UnknownApi(Exception):
    """No spec of that id stands in this package."""

    api: str
    known_ids: tuple[str, ...]

    def __str__(self) -> str:
        """One line for a person, with what would have been right."""
        return f"unknown API {self.api!r}; known: {', '.join(self.known_ids)}"


@dataclass(eq=False)
class UnknownVariant(Exception):
    """The API has no such switch, or the switch has no such value; `api` is "" where none of several has."""

    api: str
    name: str
    value: str
    known_variants: dict[str, tuple[str, ...]]

    def __str__(self) -> str:
        """One line for a person, with what would have been right."""
        if self.name in self.known_variants:
            values = ", ".join(self.known_variants[self.name])
            return f"{self.api or 'these APIs'}: {self.name} is one of {values}, not {self.value!r}"
        who = f"{self.api} has" if self.api else "these APIs have"
        return f"{who} no variant {self.name!r}; known: {', '.join(self.known_variants) or 'none'}"
