"""Which client units stand behind which serving unit, in the declared cardinality."""

from typing import Any

import numpy as np
import pandas as pd

from icx_research.core.errors import StudyError
from icx_research.core.frames import check_columns
from icx_research.survey.codebook.cells import key_text
from icx_research.survey.codebook.types import Codebook
from icx_research.survey.study.frames import as_pandas
from icx_research.survey.units.aggregation import UnitScores

WEIGHT_TOLERANCE = 1e-3  # weights are typed by hand, a third as .333

CARDINALITIES = ("one_to_one", "one_to_many", "many_to_one", "many_to_many")


def build_crosswalk(
    internal: UnitScores,
    external: UnitScores,
    given: pd.DataFrame | None,
    cardinality: str | None = None,
) -> pd.DataFrame:
    """Build client unit, serving unit and weight, with `wave` where the pairs have one.

    The declared cardinality is checked, in each wave. Waves are those of the internal survey.
    """
    declared = internal.codebook.sources.get("crosswalk")
    crosswalk = internal.crosswalk if given is None else _checked(given)
    if crosswalk is None:
        units = sorted(set(internal.table["unit"]) | set(external.table["unit"]))
        return pd.DataFrame({"client_unit": units, "serving_unit": units, "weight": 1.0})
    if declared and declared.weight and declared.weight in crosswalk:
        crosswalk = crosswalk.rename(columns={declared.weight: "weight"})
    crosswalk = _of_survey_waves(crosswalk, internal)
    wave = ["wave"] if "wave" in crosswalk else []
    if crosswalk.duplicated(["client_unit", "serving_unit", *wave]).any():
        raise StudyError("The crosswalk holds a pair of units twice; keep one row per pair.")
    if cardinality is None:
        cardinality = declared.cardinality if declared else "one_to_one"
    if cardinality not in CARDINALITIES:
        raise ValueError(
            f"cardinality must be one of {', '.join(CARDINALITIES)}; got {cardinality!r}."
        )
    name = crosswalk_name(internal.codebook)
    many_clients = crosswalk.duplicated(["serving_unit", *wave]).any()
    many_servings = crosswalk.duplicated(["client_unit", *wave]).any()
    actual = f"{'many' if many_clients else 'one'}_to_{'many' if many_servings else 'one'}"
    allowed_clients, allowed_servings = cardinality.split("_to_")
    if (many_clients and allowed_clients == "one") or (many_servings and allowed_servings == "one"):
        raise StudyError(
            f"{name} links client units to serving units {actual}, but declares {cardinality}; "
            f"declare cardinality {actual} with the crosswalk if that is meant, or correct the ids."
        )
    weight = ["weight"] if "weight" in crosswalk else []
    crosswalk = crosswalk[["client_unit", "serving_unit", *wave, *weight]]
    per_unit = crosswalk.groupby(["serving_unit", *wave])
    if not weight:
        return crosswalk.assign(weight=1.0 / per_unit["client_unit"].transform("size"))
    _check_weights(per_unit["weight"].sum(), name)
    return crosswalk.copy()


def crosswalk_name(codebook: Codebook) -> str:
    """Name the crosswalk by its file, where it has one."""
    declared = codebook.sources.get("crosswalk")
    return (declared.file if declared else None) or "The crosswalk"


def _of_survey_waves(crosswalk: pd.DataFrame, internal: UnitScores) -> pd.DataFrame:
    """Let the pairs of the only wave hold for a survey that has no waves."""
    if "wave" not in crosswalk or internal.codebook.tells_waves(internal.source):
        return crosswalk
    if len(set(crosswalk["wave"])) > 1:
        raise StudyError(
            "The crosswalk has several waves but the internal survey has no wave column; declare "
            "the wave column under internal: keys."
        )
    return crosswalk.drop(columns="wave")


def _check_weights(total: pd.Series, name: str) -> None:
    wrong = total[(total - 1).abs() > WEIGHT_TOLERANCE]
    if wrong.empty:
        return
    at = wrong.index[0]
    unit, wave = at if isinstance(at, tuple) else (at, "")
    where, each = (f" in wave {wave!r}", " and wave") if wave else ("", "")
    raise StudyError(
        f"{name}: the weights of serving unit {unit!r} sum to {wrong.iloc[0]:g}{where}; "
        f"they must sum to 1 per serving unit{each}."
    )


def crosswalk_of_waves(crosswalk: pd.DataFrame, waves: dict[str, str], name: str) -> pd.DataFrame:
    """Name the waves of the pairs as linked rows name them; refuse a wave without pairs."""
    if "wave" not in crosswalk:
        return crosswalk
    lost = [wave for wave in waves if wave not in set(crosswalk["wave"])]
    if lost:
        raise StudyError(
            f"{name} has no pairs of units for wave {lost[0]!r} of the internal survey; add them, "
            "or leave the wave column out of its keys."
        )
    crosswalk = crosswalk[crosswalk["wave"].isin(list(waves))]
    return crosswalk.assign(wave=crosswalk["wave"].map(waves)).reset_index(drop=True)


def _checked(given: Any) -> pd.DataFrame:
    """Check a crosswalk handed over as a frame as one read from a file is checked."""
    crosswalk = as_pandas(given).copy()
    check_columns(("client_unit", "serving_unit"), crosswalk, table="crosswalk")
    for name in ("client_unit", "serving_unit", *(["wave"] if "wave" in crosswalk else [])):
        crosswalk[name] = [key_text(cell) for cell in crosswalk[name]]
        if crosswalk[name].isna().any():
            raise StudyError(
                f"The crosswalk has a row without {name}; fill it in or remove the row."
            )
    if "weight" in crosswalk:
        crosswalk["weight"] = pd.to_numeric(crosswalk["weight"], errors="coerce").astype(float)
        if not (crosswalk["weight"] > 0).all():
            raise StudyError("Every weight of the crosswalk must be a number above 0; correct it.")
    return crosswalk


def side_by_side(scores: UnitScores, waves: Any, index: str = "unit") -> pd.DataFrame:
    """Put scales side by side: one row per unit (and supplier or touchpoint) and wave."""
    keys = ["unit", *scores.by[1:], "wave"]
    table = scores.table[scores.table["wave"].isin(list(waves))].set_index(keys)
    numbers, of_scale = table[["mean", "n", "se"]], table["scale"].to_numpy()
    pieces = [
        numbers[of_scale == scale].set_axis([scale, f"{scale}_n", f"{scale}_se"], axis=1)
        for scale in scores.scales
    ]
    wide = pd.concat(pieces, axis=1).copy()  # in one block: pandas warns of many
    return wide.rename_axis(index={"unit": index})


def through_crosswalk(
    scores: UnitScores, crosswalk: pd.DataFrame, waves: dict[str, str]
) -> pd.DataFrame:
    """Average client units with their weights for each serving unit and wave.

    `waves` names the linked wave of each internal one; the waves of `crosswalk` are linked ones.
    """
    wide = side_by_side(scores, waves.keys(), index="client_unit").reset_index()
    wide = wide.assign(own_wave=wide["wave"], wave=wide["wave"].map(waves))
    if "wave" in crosswalk:
        pairs = crosswalk.merge(
            wide, on=["client_unit", "wave"], how="inner", validate="many_to_one"
        )
    else:
        pairs = crosswalk.merge(wide, on="client_unit", how="inner", validate="one_to_many" if
                           crosswalk["client_unit"].is_unique else "many_to_many")  # fmt: skip
    keys = [pairs["serving_unit"], pairs["wave"]]
    scales = scores.scales
    means = pairs[scales]
    errors = pairs[[f"{scale}_se" for scale in scales]].set_axis(scales, axis=1)
    answered = means.notna()
    weight = answered.mul(pairs["weight"], axis=0).where(answered)
    share = weight / weight.groupby(keys).transform("sum")
    enough = weight.groupby(keys).sum() >= 0.5 - WEIGHT_TOLERANCE
    mean = (share * means).groupby(keys).sum(min_count=1).where(enough)
    variance = (share**2 * errors**2).groupby(keys).sum(min_count=1)
    known = (errors.notna() | ~answered).groupby(keys).all()
    se = np.sqrt(variance).where(known & enough)
    columns = {}
    for scale in scales:
        columns[scale] = mean[scale]
        columns[f"{scale}_n"] = _persons(scores, scale, pairs, keys).where(enough[scale])
        columns[f"{scale}_se"] = se[scale]
    linked = pd.DataFrame(columns)
    linked.insert(0, "n_client_units", pairs["client_unit"].groupby(keys).nunique())
    return linked.rename_axis(["unit", "wave"])


def _persons(
    scores: UnitScores, scale: str, pairs: pd.DataFrame, keys: list[pd.Series]
) -> pd.Series:
    """Count the distinct respondents of each serving unit; a person of two client units is one."""
    total = pairs[f"{scale}_n"].groupby(keys).sum(min_count=1)
    several = pairs.duplicated(["serving_unit", "wave"], keep=False)
    if scores.persons is None or not several.any():
        return total
    persons = as_pandas(scores.persons)[["unit", "wave", "respondent", scale]].dropna()
    persons = persons.rename(columns={"unit": "client_unit", "wave": "own_wave"})
    shared = pairs.loc[several, ["serving_unit", "wave", "client_unit", "own_wave"]]
    behind = shared.merge(persons, on=["client_unit", "own_wave"])
    counts = behind.groupby(["serving_unit", "wave"])["respondent"].nunique().astype(float)
    total.loc[counts.index] = counts
    return total


def connected(crosswalk: pd.DataFrame, units: pd.Series) -> np.ndarray:
    """Give each unit the number of its connected part of a crosswalk.

    Examples
    --------
    >>> pairs = pd.DataFrame({"client_unit": ["c1", "c1", "c2"], "serving_unit": ["a", "b", "d"]})
    >>> connected(pairs, pd.Series(["a", "d", "b", "alone"]))
    array([0, 1, 0, 2])
    """
    from scipy.sparse import coo_matrix  # late: slow, and nothing else here needs it
    from scipy.sparse.csgraph import connected_components

    clients, client_names = pd.factorize(crosswalk["client_unit"])
    names = pd.Index(units).union(pd.Index(crosswalk["serving_unit"]), sort=False).unique()
    servings = names.get_indexer(crosswalk["serving_unit"])
    size = len(names) + len(client_names)
    links = coo_matrix(
        (np.ones(len(crosswalk)), (servings, len(names) + clients)), shape=(size, size)
    )
    component = connected_components(links, directed=False)[1]
    found = component[names.get_indexer(units)]
    return np.asarray(pd.factorize(found)[0])
