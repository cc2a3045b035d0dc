import io

from rich.console import Console

from icx_research.pipeline import progress
from icx_research.pipeline.progress import ShownProgress

LINES = ["1 of 2: reading [x]", "2 of 2: notebook 04", "2 of 2: notebook 04: cell 1 of 3"]


def shown(monkeypatch, *, terminal):
    """Show the lines at 0, 0, 65 and 70 seconds after the start."""
    clock = iter([0, 0, 65, 65, 70])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    screen = io.StringIO()
    console = Console(
        file=screen, force_terminal=terminal, color_system=None, width=60, legacy_windows=False
    )
    with ShownProgress(console) as show:
        for line in LINES:
            show(line)
    return screen.getvalue()


def test_elsewhere_each_step_is_a_line_with_the_time_it_began(monkeypatch):
    assert shown(monkeypatch, terminal=False) == (
        "0:00  1 of 2: reading [x]\n1:05  2 of 2: notebook 04\n"
    )


def test_on_a_terminal_finished_steps_stay_with_the_time_they_took(monkeypatch):
    text = shown(monkeypatch, terminal=True)
    assert "1 of 2: reading [x] (1:05)" in text
    assert "2 of 2: notebook 04 (0:05)" in text
