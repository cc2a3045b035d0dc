"""The page of a study: verdicts, linkage, figures, and where they come from."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

import icx_research
from icx_research.claims.ledger import ClaimLedger
from icx_research.claims.registry import CLAIMS
from icx_research.core import apa
from icx_research.core.display import cell_text
from icx_research.present.figures import SavedFigure
from icx_research.present.quality_pages import Drawn
from icx_research.survey.answers.answering import suspected_reversed
from icx_research.survey.link_coverage import shown_coverage
from icx_research.survey.linking import LinkedUnits
from icx_research.survey.study import Study


def write_report(
    study: Study,
    path: Path,
    *,
    linked: LinkedUnits,
    ledger: ClaimLedger,
    overview: pd.DataFrame,
    reliability: pd.DataFrame,
    figures: Sequence[SavedFigure],
    quality: Mapping[str, Drawn],
    notebooks: Sequence[str],
    tables: Sequence[str],
) -> None:
    """Write the HTML page; every text of the study is escaped.

    Parameters
    ----------
    study : Study
    path : Path
        The page; figures, tables and notebooks are linked beside it.
    linked : LinkedUnits
    ledger : ClaimLedger
    overview, reliability : DataFrame
    figures : sequence of SavedFigure
        Of the linkage.
    quality : mapping of str to Drawn
        Of the data: units, answers, missingness, servqual, coverage.
    notebooks, tables : sequence of str
        Names of files below `notebooks/` and `tables/`.
    """
    loader = PackageLoader("icx_research.present")
    environment = Environment(loader=loader, autoescape=True, keep_trailing_newline=True)
    environment.filters.update(html_table=html_table, coefficient=_coefficient)
    page = environment.get_template("report.html").render(
        codebook=study.codebook,
        ledger=ledger,
        confounds={name: claim.confounds for name, claim in CLAIMS.items()},
        overview=_with_labels(overview[~_uncorrected(overview)], study),
        overview_notes=overview.loc[_uncorrected(overview), "note"].drop_duplicates().tolist(),
        suspects=list(suspected_reversed(study).itertuples()),
        figures=figures,
        quality=quality,
        coverage=shown_coverage(linked),
        drops=linked.drops,
        reliability=_with_labels(reliability, study),
        summary=study.summary,
        log=study.log,
        quarantined=study.n_quarantined,
        notebooks=notebooks,
        tables=tables,
        version=icx_research.__version__,
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def html_table(table: pd.DataFrame) -> Markup:
    """Draw a table with escaped texts, numbers to the right and three decimals."""
    shown = table.reset_index(drop=True)
    head = Markup("").join(
        Markup("<th{}>{}</th>").format(_numeric(shown[name]), str(name).replace("_", " "))
        for name in shown
    )
    lines = [
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup("<td{}>{}</td>").format(_numeric(shown[name]), cell_text(row[name], name))
                for name in shown
            )
        )
        for row in shown.to_dict("records")
    ]
    body = Markup("\n").join(lines)
    return Markup("<table><thead><tr>{}</tr></thead>\n<tbody>{}</tbody></table>").format(head, body)


def _numeric(column: pd.Series) -> Markup:
    return Markup(' class="number"' if pd.api.types.is_numeric_dtype(column) else "")


def _coefficient(value: float) -> str:
    return "not assessable" if math.isnan(value) else apa.bounded(value)


def _uncorrected(overview: pd.DataFrame) -> pd.Series:
    """Tell the rows that only say that there is no corrected value."""
    return (overview["term"] == "disattenuated") & overview["estimate"].isna()


def _with_labels(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    shown = table.copy()
    for name in ("internal", "external", "scale"):
        if name in shown:
            shown[name] = [study.codebook.label(value) for value in shown[name]]
    return shown
