"""Surveys whose rows seem to be units with published figures, not respondents."""

import narwhals as nw

from icx_research.survey.study.study import Study

FEWEST_UNITS = 8
MOST_ROWS = 1.05  # per unit and wave


def one_row_per_unit(study: Study) -> list[str]:
    """Say which surveys are declared to hold respondents, but have one row per unit and wave."""
    lines = []
    for name in ("internal", "external"):
        source = study.codebook.sources[name]
        if source.grain == "unit":
            continue
        frame = nw.from_native(study.tables[name], eager_only=True)
        units = frame[source.unit_key].n_unique()
        each = len(frame.select(source.unit_key, "wave").unique())
        if units >= FEWEST_UNITS and len(frame) <= MOST_ROWS * each:
            lines.append(
                f"{source.file or f'The {name} table'}: nearly every {source.unit_key} has one row "
                "only. If each row is a unit with its published figures, declare grain: unit, with "
                "scores and their n (see `icx codebook`)."
            )
    return lines
