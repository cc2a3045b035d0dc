import pytest

from icx_research.core.errors import Blocked, NotTestable, StudyError, testable


def test_not_testable_carries_what_is_missing():
    refusal = NotTestable("a second wave is needed.")
    assert refusal.missing == "a second wave is needed."
    assert str(refusal) == refusal.missing


def test_blocked_carries_its_reason():
    refusal = Blocked("3 linked units have all values.")
    assert refusal.reason == "3 linked units have all values."
    assert str(refusal) == refusal.reason


def test_testable_prints_why_and_goes_on(capsys):
    with testable():
        raise NotTestable("a second wave is needed.")
    with testable():
        raise Blocked("too few persons.")
    with testable():
        print("done")
    expected = "not testable: a second wave is needed.\nblocked: too few persons.\ndone\n"
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize("error", [StudyError("row 3"), ValueError("delta"), KeyError("K99")])
def test_testable_hides_no_other_error(error):
    with pytest.raises(type(error)), testable():
        raise error


def test_testable_takes_further_errors_where_asked(capsys):
    with testable(ValueError):
        raise ValueError("kmo needs at least 2 items.")
    assert capsys.readouterr().out == "not testable: kmo needs at least 2 items.\n"
    with pytest.raises(KeyError), testable(ValueError):
        raise KeyError("K99")
