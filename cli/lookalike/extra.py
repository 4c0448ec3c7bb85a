"""What is only there with an extra, told in one line where it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from .group import CommandError

JUDGE_LIBRARIES = frozenset(("hypothesis", "jsonschema", "jsonschema_path", "openapi_core", "schemathesis"))


@contextmanager
def require_judge() -> Iterator[None]:
    """For the block that imports the judge. Raises Problem where its libraries are not installed."""
    try:
        yield
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] not in JUDGE_LIBRARIES:
            raise
        raise CommandError('the judge needs an extra: pip install "lookalike[contracts]"') from missing
