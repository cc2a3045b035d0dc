"""One table as a paper holds it, in five formats."""

from dataclasses import dataclass
from pathlib import Path

from icx_research.present.tables.cells import Content


@dataclass(frozen=True, repr=False)
class Table(Content):
    """A table for a manuscript, written as HTML, LaTeX, Markdown, Word or Excel."""

    def to_html(self) -> str:
        """Write the table as HTML, to paste into a page."""
        from icx_research.present.tables.templates import render

        return render("table.html", self)

    def to_latex(self) -> str:
        """Write the table as LaTeX; it needs the packages booktabs and threeparttable."""
        from icx_research.present.tables.templates import render

        return render("table.tex", self)

    def to_markdown(self) -> str:
        """Write the table as Markdown."""
        from icx_research.present.tables.templates import render

        return render("table.md", self)

    def to_word(self, path: str | Path) -> Path:
        """Write the table as a Word file, to be copied into a manuscript.

        Raises
        ------
        StudyError
            If the file cannot be written; an earlier one stays as it was.
        """
        from icx_research.present.tables.word import write_word

        return write_word(self, Path(path))

    def to_excel(self, path: str | Path) -> Path:
        """Write the table as an Excel workbook, numbers as numbers; raises as `to_word`."""
        from icx_research.present.tables.excel import write_excel

        return write_excel(self, Path(path))

    def __repr__(self) -> str:
        """Give the table as Markdown."""
        return self.to_markdown()

    def _repr_html_(self) -> str:
        return self.to_html()
