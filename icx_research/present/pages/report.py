"""The page of a study: verdicts, linkage, figures, and where they come from."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from string import ascii_lowercase

import pandas as pd
from jinja2 import Environment, PackageLoader
from markupsafe import Markup

import icx_research
from icx_research.claims.ledger import ClaimLedger
from icx_research.claims.registry.internal_service import CLAIMS
from icx_research.core import apa
from icx_research.core.bands import banded
from icx_research.core.display import table_html
from icx_research.core.results import Overview
from icx_research.present.drawing.saving import SavedFigure
from icx_research.present.pages.quality import Drawn
from icx_research.survey.link.linking import LinkedUnits
from icx_research.survey.study.study import Study

HEADS = {
    "icc_1": "ICC(1)",
    "icc_2": "ICC(2)",
    "p_value": "p",
    "ci_low": "95% CI from",
    "ci_high": "to",
}
SECTIONS = {
    "units": "How units compare",
    "coverage": "How the units were linked",
    "servqual": "What is expected of internal service, and what is perceived",
    "answers": "How the questions were answered",
    "missingness": "Which answers are missing",
}


def write_report(
    study: Study,
    path: Path,
    *,
    linked: LinkedUnits,
    ledger: ClaimLedger,
    overview: Overview,
    doubts: Sequence[str],
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
    overview : Overview
        Of the linkages.
    doubts : sequence of str
        What looks wrong and was left as it is.
    figures : sequence of SavedFigure
        Of the linkage.
    quality : mapping of str to Drawn
        Of the data: units, answers, missingness, servqual, coverage.
    notebooks, tables : sequence of str
        Names of files below `notebooks/` and `tables/`.
    """
    loader = PackageLoader("icx_research.present")
    environment = Environment(loader=loader, autoescape=True, keep_trailing_newline=True)
    environment.filters.update(html_table=html_table, coefficient=_coefficient, sentence=_sentence)
    uncorrected = (overview.table["term"] == "disattenuated") & overview.table["estimate"].isna()
    linkages, notes = with_footnotes(_with_labels(overview.table[~uncorrected], study))
    reliability = _with_labels(linked.reliability, study)
    asked = linked.reliability["scale"].isin([*study.codebook.question.internal,
                                              *study.codebook.question.external])  # fmt: skip
    page = environment.get_template("report.html").render(
        codebook=study.codebook,
        ledger=ledger,
        confounds={name: claim.confounds for name, claim in CLAIMS.items()},
        overview=linkages,
        notes=notes,
        overview_notes=overview.table.loc[uncorrected, "note"].drop_duplicates().tolist(),
        doubts=doubts,
        figures=figures,
        quality=quality,
        sections=SECTIONS,
        not_drawn=not_drawn(quality),
        drops=linked.drops,
        reliability=_without_empty(reliability[asked], study),
        other_reliability=_without_empty(reliability[~asked], study),
        summary=study.shown,
        log=study.log,
        quarantined=banded(study.n_quarantined),
        notebooks=notebooks,
        tables=tables,
        version=icx_research.__version__,
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def html_table(table: pd.DataFrame) -> Markup:
    """Write a table with heads in words; its texts are escaped."""
    heads = {name: HEADS.get(name, name.replace("_", " ")) for name in table}
    return Markup(table_html(table.reset_index(drop=True), heads=heads))


def with_footnotes(table: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Put letters in the place of notes, and the notes below the table, each of them once."""
    marks = dict(zip(filter(None, dict.fromkeys(table["note"])), _letters(), strict=False))
    marked = table.assign(note=[marks.get(note, "") for note in table["note"]])
    used = [name for name in marked if (marked[name].notna() & (marked[name] != "")).any()]
    return marked[used], [(mark, note.rstrip(".")) for note, mark in marks.items()]


def _letters() -> Iterator[str]:
    for at in count():
        yield ascii_lowercase[at % 26] * (at // 26 + 1)


def not_drawn(quality: Mapping[str, Drawn]) -> list[tuple[list[str], str]]:
    """Give every reason why there is no figure once, with the sections it concerns."""
    found: dict[str, list[str]] = {}
    for kind, title in SECTIONS.items():
        for reason in quality[kind].refusals:
            part = " (in part)" if quality[kind].figures else ""
            found.setdefault(reason.rstrip("."), []).append(title + part)
    return [(sections, reason) for reason, sections in found.items()]


def _without_empty(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Leave out columns that hold nothing, and the wave where there is one only."""
    used = table.dropna(axis="columns", how="all")
    return used if study.codebook.has_waves else used.drop(columns="wave", errors="ignore")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _coefficient(value: float) -> str:
    return "not assessable" if math.isnan(value) else apa.bounded(value)


def _with_labels(table: pd.DataFrame, study: Study) -> pd.DataFrame:
    shown = table.copy()
    for name in ("internal", "external", "scale"):
        if name in shown:
            shown[name] = [study.codebook.label(value) for value in shown[name]]
    return shown
