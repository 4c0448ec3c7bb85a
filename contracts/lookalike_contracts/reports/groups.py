"""Findings that have one cause, together: the same check, and the same rule or the same place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from ..finding import ARRAY_INDEX

if TYPE_CHECKING:
    from .report import ReportedFinding


class FindingGroup(NamedTuple):
    """Findings that are much alike: the one that is shown, and the others."""

    first: ReportedFinding
    others: tuple[ReportedFinding, ...]


def group_findings(findings: Iterable[ReportedFinding]) -> tuple[FindingGroup, ...]:
    """Return the findings in groups, in the order of the first of each.

    Those of one check and one API are alike, and count alike, when they break the same rule, or are at the same place of
    an operation's answers: the five parameters whose defaults are not echoed are one thing to mend.
    """
    groups: list[list[ReportedFinding]] = []
    for finding in findings:
        for group in groups:
            if any(_is_alike(finding, member) for member in group):
                group.append(finding)
                break
        else:
            groups.append([finding])
    return tuple(FindingGroup(group[0], tuple(group[1:])) for group in groups)


def _is_alike(finding: ReportedFinding, other: ReportedFinding) -> bool:
    if (finding.check, finding.api, finding.state) != (other.check, other.api, other.state):
        return False
    if finding.provenance != other.provenance:
        return False
    if finding.evidence.location.pointer == other.evidence.location.pointer:
        return True
    return finding.operation == other.operation and _blank_positions(finding) == _blank_positions(other)


def _blank_positions(finding: ReportedFinding) -> str:
    """Return the place of a finding whatever its position in lists: `/items/3/price` is `/items/*/price`."""
    return ARRAY_INDEX.sub("/*", finding.pointer)
