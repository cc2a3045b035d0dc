from pathlib import Path

import pytest

from icx_research.core.errors import StudyError
from icx_research.core.stopping import write_together


def test_all_texts_are_written_with_plain_line_ends(tmp_path):
    written = write_together(tmp_path / "a" / "b", {"x.csv": "ä\n", "y": ""})
    assert written == [tmp_path / "a" / "b" / "x.csv", tmp_path / "a" / "b" / "y"]
    assert written[0].read_bytes() == "ä\n".encode()
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == ["x.csv", "y"]


def test_where_one_cannot_be_written_none_is(tmp_path, monkeypatch):
    write = Path.write_text

    def full(path, text, **options):
        if path.name == ".second.part":
            raise OSError(28, "No space left on device")
        return write(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    (tmp_path / "old").mkdir()
    write(tmp_path / "old" / "first", "former")
    for folder in (tmp_path / "old", tmp_path / "new" / "one"):
        with pytest.raises(StudyError) as told:
            write_together(folder, {"first": "1", "second": "2"})
        assert str(told.value) == f"{folder} cannot be written (No space left on device)."
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == [
        "old", "old/first",
    ]  # fmt: skip
    assert (tmp_path / "old" / "first").read_text() == "former"
