"""What can be wrong with a spec."""

from __future__ import annotations

from dataclasses import dataclass

from .suggest import list_choices, suggest


@dataclass(eq=False)
class SpecError(Exception):
    """A spec says something that cannot be meant; `location` is the API and the place in its document."""

    location: str
    problem: str

    def __str__(self) -> str:
        return f"{self.location}: {self.problem}"


@dataclass(eq=False)
class UnknownApi(Exception):
    """No spec of that id stands in this package."""

    api: str
    known_ids: tuple[str, ...]

    def __str__(self) -> str:
        known = list_choices(self.api, self.known_ids)
        return f"unknown API {self.api!r}; known: {known}{suggest(self.api, self.known_ids)}"


@dataclass(eq=False)
class UnknownVariant(Exception):
    """The API has no such switch, or the switch has no such value; `api` is "" where none of several has.

    `api_ids` are the APIs that there are, where `api` is none of them.
    """

    api: str
    name: str
    value: str
    known_variants: dict[str, tuple[str, ...]]
    api_ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.api_ids:
            known = list_choices(self.api, self.api_ids)
            return f"{self.api}.{self.name}: no API is called {self.api!r}; known: {known}{suggest(self.api, self.api_ids)}"
        if self.name in self.known_variants:
            return self._describe_value()
        owner = "these APIs have"
        if self.api:
            owner = f"{self.api} has"
        known = list_choices(self.name, self.known_variants)
        return f"{owner} no variant {self.name!r}; known: {known}{suggest(self.name, self.known_variants)}"

    def _describe_value(self) -> str:
        values = self.known_variants[self.name]
        wanted = f"{self.name} is one of {list_choices(self.value, values)}, not {self.value!r}"
        if self.api:
            wanted = f"{self.api}: {wanted}"
        return f"{wanted}{suggest(self.value, values)}"
