"""A report is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lookalike_specs.files import write_atomically


def test_it_is_written_and_nothing_else(tmp_path: Path) -> None:
    write_atomically(tmp_path / "r.txt", b"one")
    write_atomically(tmp_path / "r.txt", b"two")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("r.txt", b"two")]


def test_others_may_read_it_as_any_file_of_theirs(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "r.txt", b"")
        assert (tmp_path / "r.txt").stat().st_mode & 0o777 == 0o640
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)


def test_its_mode_stays(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_bytes(b"")
    (tmp_path / "r.txt").chmod(0o600)
    write_atomically(tmp_path / "r.txt", b"x")
    assert (tmp_path / "r.txt").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("before", [[], [("r.txt", b"old")]], ids=["nothing", "something"])
def test_what_was_there_stays_when_it_cannot_be_written(
    before: list[tuple[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in before:
        (tmp_path / name).write_bytes(content)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(tmp_path / "r.txt", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == before


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "aim.txt").write_bytes(b"old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "aim.txt")
    write_atomically(tmp_path / "link.txt", b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "aim.txt").read_bytes() == b"new"


def test_a_pipe_is_written_to() -> None:
    ours, theirs = os.pipe()
    write_atomically(Path(f"/dev/fd/{theirs}"), b"report")
    os.close(theirs)
    with os.fdopen(ours, "rb") as file:
        assert file.read() == b"report"
