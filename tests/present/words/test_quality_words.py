import numpy as np
import pytest

import icx_research as icx
from tests import builders


def test_company_may_go_on():
    study = icx.load_example("company")
    assert icx.quality_answer(study, icx.link_study(study)).splitlines() == [
        "Rows: none of 1000+ is set aside.",
        "Link: 60 units are linked; 100% of the internal and 100% of the external respondents "
        "belong to units with a partner, so the gate of the link is open.",
        "Going on: 60 units may be shown on both sides; a verdict needs at least 10.",
    ]


@pytest.mark.parametrize(("n", "said"), [(9, "9 units are linked; there is no verdict below 10."),
                                         (10, "10 units may be shown on both sides;")])  # fmt: skip
def test_published_figures_count_rows_and_few_units_are_told(n, said):
    study = builders.study(np.arange(n) + 0.5, np.arange(n) ** 0.5)
    told = icx.quality_answer(study, icx.link_study(study)).splitlines()
    assert "100% of the external rows belong" in told[1]
    assert told[2].startswith(f"Going on: {said}")
