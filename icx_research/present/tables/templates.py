"""Tables as text: HTML, LaTeX and Markdown, every sign of a name kept."""

import re
from functools import cache

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from icx_research.present.tables.cells import Content

LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$",
        "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
        "<": r"$<$", ">": r"$>$", "−": "$-$", "²": r"\textsuperscript{2}", "χ": r"$\chi$",
        "α": r"$\alpha$", "ω": r"$\omega$", "τ": r"$\tau$", "Δ": r"$\Delta$", "β": r"$\beta$",
        "–": "--", "≥": r"$\geq$", "≤": r"$\leq$", "[": "{[}", "]": "{]}",
        "\n": " ", '"': "''",
    }
)  # fmt: skip
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|&$~^])")


def render(template: str, table: Content) -> str:
    """Fill a template; numbers and texts come as they are printed."""
    return _environment().get_template(template).render(table=table, n=len(table.columns))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("icx_research.present"),
        autoescape=lambda name: (name or "").endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(latex=_latex, markdown=_markdown, symbol=_symbol)
    return environment


def _latex(text: str) -> str:
    return text.translate(LATEX)


def _markdown(text: str) -> str:
    return MARKDOWN.sub(r"\\\1", " ".join(text.split()))


def _symbol(note: str) -> Markup:
    """Set the p of a note on stars in italics, in HTML."""
    mark, _, limit = note.partition(" p < ")
    return Markup("{} <em>p</em> &lt; {}").format(mark, limit)
