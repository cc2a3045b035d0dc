"""Each number against the function of its own, which R has checked."""

import numpy as np
import pandas as pd
import pytest

from icx_research.measurement.agreement.gate import linkage_gate
from icx_research.measurement.agreement.intraclass import icc_1, icc_2
from icx_research.measurement.agreement.support import aggregation_support
from icx_research.measurement.agreement.within_group import rwg_j

SAME = 1e-12  # the same formulae on the same rows
SCALES = {"service": ["s1", "s2", "s3"], "overall": ["s4"]}
OPTIONS = {"unit": "unit", "response_range": (1, 7)}


def check(table, data):
    for scale, items in SCALES.items():
        rows = data.dropna(subset=[*items, "unit"])
        scored = rows.assign(score=rows[items].mean(axis=1))
        row = table.loc[scale]
        for name, coefficient in (("icc_1", icc_1), ("icc_2", icc_2)):
            found = coefficient(scored, score="score", unit="unit", confidence_level=0.9)
            expected = [found.estimate.value, found.estimate.ci_low, found.estimate.ci_high]
            np.testing.assert_allclose(
                row[[name, f"{name}_low", f"{name}_high"]], expected, rtol=SAME
            )
        expected = [
            len(items), found.n_units, found.n_used, len(data) - len(rows),
            icc_1(scored, score="score", unit="unit").average_size, found.statistic, found.p_value,
        ]  # fmt: skip
        names = ["n_items", "n_units", "n", "n_dropped", "average_size", "statistic", "p_value"]
        np.testing.assert_allclose(row[names].astype(float), expected, rtol=SAME)
        for null in ("uniform", "slight_skew"):
            agreed = rwg_j(rows, items=items, null=null, **OPTIONS)
            assert row[f"rwg_j_{null}"] == pytest.approx(agreed.median, rel=SAME)
            assert row[f"strong_{null}"] == pytest.approx(agreed.share_strong, rel=SAME)
            if null == "uniform":
                star = agreed.units["rwg_j_star"].median()
                assert row["rwg_j_star"] == pytest.approx(star, rel=SAME)


def test_complete_rows_are_judged_in_one_pass(ratings):
    data = pd.concat([ratings.dropna(), ratings.dropna().head(1).assign(unit="alone")])
    found = aggregation_support(data, scales=SCALES, confidence_level=0.9, **OPTIONS)
    check(found.scales, data)
    assert (found.n_used, found.n_dropped, found.note) == (len(data), 0, "")


def test_missing_answers_cost_a_scale_only_its_own_rows(ratings):
    data = ratings.assign(unit=ratings["unit"].where(ratings.index != 5))
    found = aggregation_support(data, scales=SCALES, confidence_level=0.9, **OPTIONS)
    check(found.scales, data)
    assert found.note == "each scale rests on its own complete rows"
    missing = data[["s1", "s2", "s3"]].isna().any(axis=1) & data["s4"].isna() | data["unit"].isna()
    assert (found.n_used, found.n_dropped) == ((~missing).sum(), missing.sum())


def test_ranges_may_differ_by_scale(ratings):
    ten = ratings.assign(s4=ratings["s4"] + 3)
    ranges = {"service": (1, 7), "overall": (0, 10)}
    found = aggregation_support(ten, scales=SCALES, unit="unit", response_range=ranges)
    alone = rwg_j(ten, items=["s4"], unit="unit", response_range=(0, 10))
    assert found.scales.loc["overall", "rwg_j_uniform"] == pytest.approx(alone.median, rel=SAME)


def test_table_has_a_row_per_scale_and_coefficient(ratings):
    found = aggregation_support(ratings, scales=SCALES, nulls=["uniform"], **OPTIONS)
    table = found.table.set_index("term")
    assert list(table.index) == [
        "icc_1:service", "icc_2:service", "rwg_j_uniform:service", "rwg_j_star:service",
        "icc_1:overall", "icc_2:overall", "rwg_j_uniform:overall", "rwg_j_star:overall",
    ]  # fmt: skip
    row = found.scales.loc["overall"]
    assert table.loc["icc_1:overall"].tolist() == [
        *row[["icc_1", "icc_1_low", "icc_1_high", "statistic", "p_value", "n"]]
    ]
    assert table.loc["icc_2:overall", ["estimate", "ci_low", "ci_high"]].tolist() == [
        row["icc_2"], row["icc_2_low"], row["icc_2_high"],
    ]  # fmt: skip
    assert np.isnan(table.loc["rwg_j_uniform:service", "ci_low"])
    assert found.confidence_level == 0.95


def test_labels_name_the_sizes(ratings):
    found = aggregation_support(ratings, scales=SCALES, **OPTIONS)
    assert found.labels.columns.tolist() == ["icc_1", "icc_2", "rwg_j_uniform", "rwg_j_slight_skew"]
    row = found.scales.loc["service"]
    assert 0.10 <= row["icc_1"] < 0.25 and found.labels.loc["service", "icc_1"] == "medium"


def drawn(sizes, *, between, within=1.0, seed=11):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(len(sizes)), sizes)
    noise = within * rng.normal(size=(len(unit), 2))
    # without variance between units their means are equal, and ICC(1) is below zero
    noise -= np.array([noise[unit == u].mean(axis=0) for u in range(len(sizes))])[unit]
    level = between * rng.normal(size=len(sizes))
    answers = np.clip(np.round(4 + level[unit][:, None] + noise, 6), 1, 7)
    return pd.DataFrame(answers, columns=["s1", "s2"]).assign(unit=unit)


def gate_of(data, **options):
    found = aggregation_support(data, scales={"s": ["s1", "s2"]}, **OPTIONS | options)
    return found, found.gate.set_index("use")


def test_agreeing_raters_of_differing_units_are_allowed_without_a_word():
    found, gate = gate_of(drawn([12] * 20, between=0.8, within=0.4))
    assert gate["verdict"].to_dict() == {"linkage": "allowed", "display": "allowed"}
    assert gate["reason"].tolist() == ["", ""]
    assert found.allows("linkage") and found.allows("display", scale="s")


def test_units_that_do_not_differ_are_blocked_for_linkage_only():
    found, gate = gate_of(drawn([12] * 20, between=0.0))
    icc = found.scales.loc["s", "icc_1"]
    assert icc < 0
    reason = "no variance between units (ICC(1) = −.09): their means differ by chance"
    assert gate.loc["linkage"].tolist() == ["s", "blocked", reason]
    assert gate.loc["display"].tolist() == ["s", "warned", reason]
    assert not found.allows("linkage") and found.allows("display")


@pytest.mark.parametrize(("icc", "verdict"), [(0.001, "warned"), (0.0, "blocked")])
def test_the_least_variance_between_units_opens_the_gate(icc, verdict):
    row = pd.Series({"icc_1": icc, "icc_2": 0.01, "p_value": 0.4, "rwg_j_uniform": 0.1})
    assert linkage_gate(row, np.array([5, 5])).verdict == verdict


def test_low_agreement_and_reliability_warn_but_never_forbid(ratings):
    found = aggregation_support(ratings, scales=SCALES, **OPTIONS)
    gate = found.gate[found.gate["use"] == "linkage"].set_index("scale")
    assert gate["verdict"].tolist() == ["warned", "warned"]
    row = found.scales.loc["overall"]
    assert gate.loc["overall", "reason"] == (
        f"ICC(2) = {row['icc_2']:.2f} (tolerable): correlations of unit means shrink to "
        f"{np.sqrt(row['icc_2']):.2f} of their size; show them corrected as well; "
        f"median rWG(J) = {row['rwg_j_uniform']:.2f} (moderate, uniform null): raters of a unit "
        f"see it differently; median rWG(J) = {row['rwg_j_slight_skew']:.2f} (weak, slight skew "
        "null): raters of a unit see it differently"
    ).replace("= 0.", "= .").replace("to 0.", "to .")
    assert found.allows("linkage") and found.allows("linkage", scale="overall")


def test_uncertain_differences_and_single_raters_warn():
    rng = np.random.default_rng(8)
    data = pd.DataFrame({"s1": rng.normal(4, 0.4, 40), "unit": np.arange(40) // 3})
    found = aggregation_support(data, scales={"s": ["s1"]}, **OPTIONS)
    row, gate = found.scales.loc["s"], found.gate.set_index("use")
    assert row["icc_1"] > 0 and row["p_value"] > 0.05
    reason = gate.loc["linkage", "reason"]
    assert reason.startswith("units are not told apart with certainty (p = .")
    assert reason.endswith("; 1 units have one rater")
    assert gate.loc["linkage", "verdict"] == "warned"


def test_display_rests_on_the_persons_behind_each_mean():
    data = drawn([12, 12, 9, 4], between=0.8, within=0.4)
    found, gate = gate_of(data)
    assert found.min_persons == 10
    assert gate.loc["display"].tolist() == [
        "s", "warned", "2 of 4 units have fewer than 10 raters and must be suppressed",
    ]  # fmt: skip
    assert gate_of(data, min_persons=9)[1].loc["display", "reason"].startswith("1 of 4 units")
    few, gate = gate_of(data[data["unit"] > 0])
    assert gate.loc["display"].tolist() == [
        "s", "blocked", "1 of 3 units have 10 raters or more; means of the others must not be "
        "shown",
    ]  # fmt: skip
    assert few.allows("linkage") and not few.allows("display")


def test_raters_are_counted_per_scale(ratings):
    found = aggregation_support(ratings, scales=SCALES, **OPTIONS)
    for scale, items in SCALES.items():
        expected = ratings.dropna(subset=[*items, "unit"])["unit"].value_counts()
        sizes = found.unit_sizes[scale]
        assert sizes[sizes > 0].to_dict() == expected.to_dict()
    assert found.unit_sizes.dtypes.eq(int).all()


def test_unknown_uses_and_scales_are_refused(ratings):
    found = aggregation_support(ratings, scales=SCALES, **OPTIONS)
    with pytest.raises(ValueError, match=r"^use must be 'linkage' or 'display', not 'means'\.$"):
        found.allows("means")
    with pytest.raises(ValueError, match=r"^scale must be one of \['service', 'overall'\], not "):
        found.allows("linkage", scale="x")


def test_one_blocked_scale_blocks_the_question_for_all():
    flat = drawn([12] * 20, between=0.0).rename(columns={"s1": "f1", "s2": "f2"})
    data = drawn([12] * 20, between=0.8, within=0.4).join(flat[["f1", "f2"]])
    scales = {"good": ["s1", "s2"], "flat": ["f1", "f2"]}
    found = aggregation_support(data, scales=scales, **OPTIONS)
    assert found.allows("linkage", scale="good")
    assert not found.allows("linkage", scale="flat")
    assert not found.allows("linkage")


def test_shows_itself_without_words_of_judgement(ratings):
    found = aggregation_support(ratings, scales=SCALES, **OPTIONS)
    sentence = found.to_apa()
    assert sentence.startswith("2 scales: ICC(1) .")
    assert sentence.endswith(f"(uniform null), n = {found.n_used}")
    assert ">service</td>" in found._repr_html_()


ERRORS = {
    "scale 'a' needs items and a response_range.": {"scales": {"a": []}},
    "scale 'b' needs items and a response_range.": {
        "scales": {"b": ["s1"]}, "response_range": {"a": (1, 5)}},
    "aggregation_support needs at least 1 scale and 1 null distribution.": {"scales": {}},
    "data has no column 'x'; it has ['s1', 's2', 's3', 's4', 'unit'].": {"scales": {"a": ["x"]}},
    "min_persons must be at least 5, not 4.": {"scales": {"a": ["s1"]}, "min_persons": 4},
    "aggregation_support needs answers from 1 to 5; item 's1' has others.": {
        "scales": {"a": ["s1"]}, "response_range": (1, 5)},
}  # fmt: skip


@pytest.mark.parametrize("message", ERRORS)
def test_refuses_in_one_sentence(ratings, message):
    with pytest.raises(ValueError) as refusal:
        aggregation_support(ratings, **OPTIONS | ERRORS[message])
    assert str(refusal.value) == message


def test_a_constant_scale_is_named_whatever_its_items_do(ratings):
    balanced = ratings.assign(s3=13 - ratings["s1"] - ratings["s2"])
    with pytest.raises(ValueError) as refusal:
        aggregation_support(
            balanced, scales={"sum": ["s1", "s2", "s3"]}, unit="unit", response_range=(-1, 13)
        )
    assert str(refusal.value) == "aggregation_support needs scores that vary; 'sum' does not."


def test_a_constant_scale_is_named(ratings):
    with pytest.raises(ValueError) as refusal:
        aggregation_support(ratings.assign(s4=3), scales=SCALES, **OPTIONS)
    assert str(refusal.value) == "aggregation_support needs scores that vary; 'overall' does not."


def several_ratings(ratings, seed=3):
    rng = np.random.default_rng(seed)
    rows = ratings.assign(rater=np.arange(len(ratings)))
    items = ["s1", "s2", "s3", "s4"]
    parts = []
    for supplier in ("HR", "IT", "Finance"):
        shift = rng.integers(-2, 3, size=(len(rows), 1))
        parts.append(rows.assign(supplier=supplier))
        parts[-1][items] = (rows[items] + shift).clip(1, 7)
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("supplier", ["supplier", None])
def test_several_ratings_make_iccs_of_means_and_agreement_of_each(ratings, supplier):
    data = several_ratings(ratings)
    found = aggregation_support(data, scales=SCALES, rater="rater", supplier=supplier, **OPTIONS)
    means = data.groupby(["unit", "rater"])[["s1", "s2", "s3", "s4"]].mean().reset_index()
    of_means = aggregation_support(means, scales=SCALES, **OPTIONS)
    iccs = ["icc_1", "icc_2", "p_value", "n", "n_units", "average_size"]
    np.testing.assert_allclose(found.scales[iccs], of_means.scales[iccs], rtol=SAME)
    for scale, items in SCALES.items():
        single = rwg_j(data, items=items, supplier=supplier, **OPTIONS)
        assert found.scales.loc[scale, "rwg_j_uniform"] == single.median
        assert found.scales.loc[scale, "strong_uniform"] == single.share_strong
        assert single.median < of_means.scales.loc[scale, "rwg_j_uniform"]


def test_a_target_needs_the_rater(ratings):
    with pytest.raises(ValueError) as refusal:
        aggregation_support(several_ratings(ratings), scales=SCALES, supplier="supplier", **OPTIONS)
    assert str(refusal.value) == "aggregation_support needs rater where there is a supplier."


def test_rows_without_a_rater_are_left_out(ratings):
    data = several_ratings(ratings).dropna()
    gaps = data.assign(rater=data["rater"].where(data["rater"] % 7 > 0))
    found = aggregation_support(gaps, scales=SCALES, rater="rater", **OPTIONS)
    assert found.n_used == gaps["rater"].nunique()
    assert found.n_dropped == gaps["rater"].isna().sum()
