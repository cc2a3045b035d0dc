"""The codebook of a simulated company: the bundled one, with as many waves as were asked for."""

import re
from dataclasses import replace

from icx_research.simulation.dates import wave_dates
from icx_research.survey.codebook.reading import read_codebook
from icx_research.survey.codebook.types import Codebook
from icx_research.survey.study.datasets import example_path

WAVES = re.compile(r"^waves:\n(?:  .*\n)+", flags=re.MULTILINE)


def company_codebook(*, waves: int, teams: int = 1) -> Codebook:
    """Describe a company of some waves, with some teams behind each branch."""
    book = read_codebook(example_path("company"))
    crosswalk = replace(
        book.sources["crosswalk"], cardinality="many_to_one" if teams > 1 else "one_to_one"
    )
    dates = wave_dates(waves)
    return replace(
        book, sources={**book.sources, "crosswalk": crosswalk}, waves=tuple(dates), wave_dates=dates
    )


def company_text(*, waves: int) -> str:
    """Write the bundled codebook with the waves of another simulation."""
    text = example_path("company").read_text(encoding="utf-8")
    lines = (f'  "{name}": [{day}, {last}]\n' for name, (day, last) in wave_dates(waves).items())
    return WAVES.sub("waves:\n" + "".join(lines), text)
