"""Small codebooks, linked units and studies, spelled out where a test needs them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from icx_research.survey.codebook.types import Codebook, Question, Score, Source, Thresholds
from icx_research.survey.link.linking import LinkedUnits
from icx_research.survey.study.study import Study, study_from_frames


def codebook(
    *,
    controls: Sequence[str] = (),
    subsets: Mapping[str, Mapping[str, str]] | None = None,
    wave: str | None = None,
    delta: float = 0.15,
    internal_range: tuple[float, float] | None = None,
    internal_higher_is: str = "better",
    external_higher_is: str = "better",
    internal_proxy: bool = False,
    external_proxy: bool = False,
    published: bool = True,
    attributes: Sequence[str] = ("region", "size", "load"),
    with_se: bool = True,
    with_wave: bool = False,
    cardinality: str | None = None,
) -> Codebook:
    """Describe two unit tables, `inside` and `outside`, with attributes on the internal one."""
    waves = {"wave": "wave"} if with_wave else {}

    def score(name: str, higher_is: str, limits: tuple[float, float] | None = None) -> Score:
        return Score(
            name,
            name.capitalize(),
            (name,),
            n=f"{name}_persons" if with_se else None,
            standard_error=f"{name}_error" if with_se else None,
            higher_is=higher_is,
            response_range=limits,
        )

    sources = {
        "internal": Source(
            "internal",
            None,
            {"client_unit": "unit", **waves},
            measures={"inside": score("inside", internal_higher_is, internal_range)},
            attributes={name: name.capitalize() for name in attributes},
            published=published,
            proxy=internal_proxy,
        ),
        "external": Source(
            "external",
            None,
            {"serving_unit": "unit", **waves},
            measures={"outside": score("outside", external_higher_is)},
            published=published,
            proxy=external_proxy,
        ),
    }
    if cardinality:
        sources["crosswalk"] = Source(
            "crosswalk",
            None,
            {"client_unit": "client", "serving_unit": "serving"},
            cardinality=cardinality,
        )
    return Codebook(
        study="Built for a test",
        sources=sources,
        question=Question(("inside",), ("outside",), tuple(controls), subsets or {}, wave),
        thresholds=Thresholds(smallest_correlation=delta),
        same_respondents="different",
    )


def linked_units(
    inside: Any,
    outside: Any,
    *,
    inside_se: Any = float("nan"),
    outside_se: Any = float("nan"),
    inside_n: Any = float("nan"),
    outside_n: Any = float("nan"),
    wave: Any = "1",
    n_client_units: int | None = None,
    book: Codebook | None = None,
    **attributes: Any,
) -> LinkedUnits:
    """Put two columns of unit scores side by side; attributes become columns."""
    table = pd.DataFrame({"inside": inside, "outside": outside})
    table.insert(0, "unit", [f"u{i}" for i in range(len(table))])
    table.insert(1, "wave", wave)
    columns = {
        "inside_se": inside_se,
        "outside_se": outside_se,
        "inside_n": inside_n,
        "outside_n": outside_n,
        **attributes,
    }
    table = table.assign(**columns)
    clients = n_client_units or max(len(table), 1)
    walk = pd.DataFrame(
        {
            "client_unit": [f"c{i % clients}" for i in range(len(table))],
            "serving_unit": table["unit"],
            "weight": 1.0,
        }
    )
    return LinkedUnits(
        codebook=book or codebook(),
        table=table,
        internal=("inside",),
        external=("outside",),
        coverage=pd.DataFrame(),
        drops=pd.DataFrame(),
        reliability=pd.DataFrame(),
        n_client_units=walk["client_unit"].nunique(),
        crosswalk=walk,
    )


def study(
    inside: Any,
    outside: Any,
    *,
    inside_error: Any = 0.1,
    outside_error: Any = 0.1,
    inside_persons: Any = 20,
    outside_persons: Any = 20,
    attributes: Mapping[str, Any] | None = None,
    waves: Sequence[str] | None = None,
    **book: Any,
) -> Study:
    """Make a study of two published unit tables; further arguments go to `codebook`.

    With `waves` there is one row per wave of a unit, in the order of the scores.
    """
    attributes = attributes or {}
    with_se = book.get("with_se", True)
    repeats = len(waves) if waves else 1
    units = [f"u{i // repeats:03d}" for i in range(len(inside))]
    internal = pd.DataFrame({"unit": units, "inside": inside, **attributes})
    external = pd.DataFrame({"unit": units, "outside": outside})
    if with_se:
        internal = internal.assign(inside_error=inside_error, inside_persons=inside_persons)
        external = external.assign(outside_error=outside_error, outside_persons=outside_persons)
    if waves:
        column = [waves[i % repeats] for i in range(len(inside))]
        internal, external = internal.assign(wave=column), external.assign(wave=column)
    described = codebook(attributes=tuple(attributes), with_wave=bool(waves), **book)
    return study_from_frames(described, internal=internal, external=external)
