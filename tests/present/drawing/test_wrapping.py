import matplotlib.pyplot as plt
import pytest

from icx_research.present.drawing.wrapping import plain, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Short", "Short"),
        ("Perceived quality", "Perceived\nquality"),
        ("One two three four five six seven", "One two\nthree …"),
        ("a_name_without_any_space_at_all", "a_name_wit\nhout_any …"),
        ("White\n  space", "White\nspace"),
        ("Costs $x$", "Costs \\$x\\$"),
    ],
)
def test_labels_fill_few_lines_and_hold_no_formula(text, shown):
    assert wrapped(text, width=10, lines=2) == shown


def test_long_texts_are_cut_and_dollars_are_no_formulae():
    text = wrapped("Zuschläge von $5 und $6 " * 20, width=20, lines=2)
    assert len(text.splitlines()) == 2
    assert text.endswith("…")
    fig, ax = plt.subplots()
    drawn = ax.text(0, 0, plain("von $5 bis $6"))
    fig.canvas.draw()
    assert drawn.get_window_extent().width == pytest.approx(
        ax.text(0, 0, "von $5 bis $6", parse_math=False).get_window_extent().width, rel=0.02
    )


def test_one_long_word_breaks():
    lines = wrapped("Donaudampfschifffahrtsgesellschaftskapitänsmütze", width=20).splitlines()
    assert "".join(lines) == "Donaudampfschifffahrtsgesellschaftskapitänsmütze"


def test_even_lines_leave_no_word_alone():
    text = "Often or always burned out (% of staff), per unit"
    assert wrapped(text, width=45) == "Often or always burned out (% of staff), per\nunit"
    assert (
        wrapped(text, width=45, even=True) == "Often or always burned out\n(% of staff), per unit"
    )
