"""Figures of measurement become the same files in every process; here all in one page."""

from tests.present.pictures import draw_measurement


def test_same_bytes_in_another_process(tmp_path, elsewhere, assert_same_bytes):
    draw_measurement(tmp_path)
    files = list(tmp_path.iterdir())
    assert len(files) == 5
    assert_same_bytes(files, elsewhere / "measurement")
