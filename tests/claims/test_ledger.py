import numpy as np
import pytest

from icx_research.claims.ledger import LEDGER_COLUMNS, ClaimLedger, LedgerEntry
from icx_research.core.verdicts import Verdict


def entry(claim="K01", *, verdict="supported", label="", by_proxy=False):
    return LedgerEntry(
        claim=claim,
        title="Main link",
        statement="Better inside, better outside.",
        verdict=Verdict(verdict, label, "because of the numbers."),
        by_proxy=by_proxy,
        estimate=0.40123,
        ci_low=0.16,
        ci_high=0.59,
        delta=0.15,
        n_units=60,
        p_value=0.0021,
        p_adjusted=0.0042,
        reliability_internal=0.8,
        reliability_external=0.7,
        corrected=0.53,
        changes="more units.",
        detail="inside with outside.",
    )


@pytest.mark.parametrize(
    ("label", "by_proxy", "words"),
    [
        ("", False, "supported"),
        ("strong", False, "supported (strong support)"),
        ("", True, "supported (by proxy)"),
        ("strong", True, "supported (strong support, by proxy)"),
    ],
)
def test_words_carry_label_and_proxy(label, by_proxy, words):
    assert entry(label=label, by_proxy=by_proxy).words == words


def test_table_holds_every_promised_column():
    table = ClaimLedger((entry(label="strong"),)).table
    assert tuple(table) == LEDGER_COLUMNS
    assert table.drop(columns="robustness").iloc[0].tolist() == [
        "K01", "supported", 0.40123, 0.16, 0.59, 0.15, 60, 0.0021, 0.0042,
        "because of the numbers.", "strong", False,
    ]  # fmt: skip
    assert np.isnan(table["robustness"].item())


def test_an_empty_ledger_keeps_its_columns():
    assert tuple(ClaimLedger(()).table) == LEDGER_COLUMNS


def test_repr_names_each_claim_with_its_verdict():
    ledger = ClaimLedger((entry(label="strong"), entry("K02", verdict="blocked")))
    assert repr(ledger) == "ClaimLedger: K01 supported (strong support); K02 blocked"


def test_html_is_rounded_and_leaves_gaps_empty():
    html = ClaimLedger((entry(),))._repr_html_()
    assert "<td>0.401</td>" in html
    assert "0.4012" not in html
    assert "NaN" not in html


def test_entries_are_found_by_claim():
    ledger = ClaimLedger((entry(), entry("K02")))
    assert ledger["K02"].claim == "K02"
    with pytest.raises(KeyError, match=r"The ledger has no claim 'K99'\."):
        ledger["K99"]
