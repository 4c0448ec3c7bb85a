"""Findings that are accepted until a day, in a file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from .results import CheckResult

FORMAT_HINT = "Each has fingerprint, check, api, operation, expires (a day) and reason."
ACCEPTED_DAYS = 90
# check, API, operation, and the case, which is "" where a server was judged
CheckScope = tuple[str, str, str, str]


class FindingIdentity(NamedTuple):
    """What a baseline has of a finding. `case` is that of a client, such as `tmapi/439`; "" where a server was judged."""

    fingerprint: str
    check: str
    api: str
    operation: str
    case: str = ""


class JudgedFindings(NamedTuple):
    """Where there was a judgement, and what was found there, by fingerprint."""

    scopes: set[CheckScope]
    findings: dict[str, FindingIdentity]


@dataclass(eq=False)
class BadBaseline(Exception):
    """A baseline that cannot be used."""

    file: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}"


class AcceptedFinding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One accepted finding: which, until when (that day included), and why. `case` is there where a client was judged."""

    fingerprint: str
    check: str
    api: str
    operation: str
    expires: date
    reason: str
    case: str = ""

    @property
    def scope(self) -> CheckScope:
        """Return where it was found."""
        return self.check, self.api, self.operation, self.case

    def __str__(self) -> str:
        place = self.case or f"{self.api}/{self.operation}"
        return f"{self.fingerprint} ({self.check} at {place})"


class _BaselineFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    accepted: list[AcceptedFinding] = []


@dataclass(frozen=True)
class Baseline:
    """Accepted findings as of a day, by fingerprint."""

    entries: dict[str, AcceptedFinding] = field(default_factory=dict)
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    def explain_acceptance(self, fingerprint: str) -> str:
        """Return why the finding with a fingerprint is accepted; "" where it counts."""
        entry = self.entries.get(fingerprint)
        if entry is None or entry.expires < self.today:
            return ""
        return f"until {entry.expires}: {entry.reason}"

    def describe_stale_entries(self, judged: JudgedFindings) -> Iterator[str]:
        """Yield a sentence for each entry that has expired, and for each that was looked for and not found."""
        for entry in self.entries.values():
            is_found = entry.fingerprint in judged.findings
            if is_found and entry.expires < self.today:
                yield f"no longer accepted since {entry.expires}: {entry}"
            elif not is_found and entry.scope in judged.scopes:
                yield f"accepted, but not found: {entry}"


def load_baseline(path: Path, today: date | None = None) -> Baseline:
    """Return the accepted findings of a JSON or TOML file. Raise BadBaseline.

    The file is an object with `accepted`, or just the list.
    """
    try:
        # editors on Windows begin a file with a byte order mark
        text = path.read_text("utf-8-sig")
        content = tomllib.loads(text) if path.suffix == ".toml" else msgspec.json.decode(text)
        if isinstance(content, list):
            content = {"accepted": content}
        accepted = msgspec.convert(content, _BaselineFile).accepted
    except OSError as error:
        raise BadBaseline(str(path), error.strerror or "cannot be read") from error
    except UnicodeDecodeError as error:
        # an older PowerShell writes UTF-16 where its output goes to a file
        raise BadBaseline(str(path), "it is not UTF-8; save it as UTF-8") from error
    except (ValueError, msgspec.MsgspecError) as error:
        raise BadBaseline(str(path), f"{error}. {FORMAT_HINT}") from error
    entries: dict[str, AcceptedFinding] = {}
    for entry in accepted:
        if entry.fingerprint in entries:
            raise BadBaseline(str(path), f"{entry.fingerprint!r} stands there twice")
        entries[entry.fingerprint] = entry
    if today is None:
        return Baseline(entries)
    return Baseline(entries, today)


def encode_baseline(judged: JudgedFindings, before: Baseline) -> bytes:
    """Return a baseline, as JSON, that accepts what was found now.

    What was accepted before keeps its day and its reason; it goes where its check was run and did not find it again.
    """
    expires = before.today + timedelta(days=ACCEPTED_DAYS)
    entries: dict[str, AcceptedFinding] = {}
    for fingerprint, entry in before.entries.items():
        if fingerprint in judged.findings:
            if entry.expires >= before.today:
                entries[fingerprint] = entry
        # nobody looked for it this time, because of --only for example: it may still be there
        elif entry.scope not in judged.scopes:
            entries[fingerprint] = entry
    for fingerprint, finding in judged.findings.items():
        if fingerprint not in entries:
            entries[fingerprint] = _accept_finding(finding, expires)
    content = msgspec.json.encode({"accepted": list(entries.values())})
    return msgspec.json.format(content, indent=2) + b"\n"


def index_check_results(results: Iterable[CheckResult]) -> JudgedFindings:
    """Return where a server was judged, and what was found there."""
    scopes: set[CheckScope] = set()
    findings: dict[str, FindingIdentity] = {}
    for result in results:
        if result.status in ("passed", "failed"):
            scopes.add((result.check, result.api, result.operation, ""))
        for finding in result.findings:
            identity = FindingIdentity(finding.fingerprint, finding.check, finding.api, finding.operation)
            findings[finding.fingerprint] = identity
    return JudgedFindings(scopes, findings)


def _accept_finding(finding: FindingIdentity, expires: date) -> AcceptedFinding:
    return AcceptedFinding(
        fingerprint=finding.fingerprint,
        check=finding.check,
        api=finding.api,
        operation=finding.operation,
        expires=expires,
        reason="known when this file was written",
        case=finding.case,
    )
