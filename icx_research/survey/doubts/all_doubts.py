"""Everything about a study that looks wrong and is only said: sentences for people."""

from icx_research.survey.answers.answering import suspected_reversed
from icx_research.survey.doubts.label_doubts import label_doubts
from icx_research.survey.doubts.programmes import switched_off
from icx_research.survey.doubts.row_doubts import repeated_rows
from icx_research.survey.doubts.scale_doubts import suspected_scales
from icx_research.survey.doubts.unit_doubts import suspected_units
from icx_research.survey.study.common_units import without_counterpart
from icx_research.survey.study.study import Study


def doubts(study: Study) -> list[str]:
    """Say what in the files, the answers and the units deserves another look.

    Parameters
    ----------
    study : Study

    Returns
    -------
    list of str
        One sentence each; no answer of a respondent. Nothing is changed.

    Examples
    --------
    >>> from icx_research import load_example
    >>> doubts(load_example("company"))
    []
    """
    files = {name: source.file or f"the {name} table"
             for name, source in study.codebook.sources.items()}  # fmt: skip
    return [
        *(
            f"{item.item} runs against the other items of {item.scale} (item-rest correlation "
            f"{item.item_rest:.2f}); is it worded the other way round? Then list it under "
            "reverse_keyed."
            for item in suspected_reversed(study).itertuples()
        ),
        *label_doubts(study),
        *(f"{item.item}: {item.reason}" for item in suspected_scales(study).itertuples()),
        *(f"{files[str(line.table)]}: {line.reason}" for line in repeated_rows(study).itertuples()),
        *(
            f"{files[str(line.table)]}: the unit {line.unit!r} {line.reason}."
            for line in suspected_units(study).itertuples()
        ),
        *without_counterpart(study.codebook, study.tables),
        *(
            f"{line.indicator} of unit {line.unit!r} {line.reason}"
            for line in switched_off(study).itertuples()
        ),
    ]
