"""The file of a rule, as it is called from where the run was started."""

from __future__ import annotations

from pathlib import Path

import pytest

from lookalike_contracts.reports.location import PACKAGE_ROOT, get_display_path
from lookalike_specs.source_map import SourceLocation

PLACE = SourceLocation("apis/tmapi/openapi.yaml", "/paths", 1)


@pytest.mark.parametrize(
    ("folder", "called"),
    [
        (PACKAGE_ROOT, "apis/tmapi/openapi.yaml"),
        (PACKAGE_ROOT.parent, "lookalike_specs/apis/tmapi/openapi.yaml"),
        (PACKAGE_ROOT / "apis" / "hiobuy", "lookalike_specs/apis/tmapi/openapi.yaml"),
    ],
    ids=["in it", "above it", "elsewhere"],
)
def test_a_file_is_called_as_from_the_current_folder(
    folder: Path, called: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert get_display_path(PLACE) == called
