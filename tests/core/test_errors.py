import pytest

from icx_research.core.errors import Blocked, NotTestable, StudyError, UnsuitableData, testable


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
        raise UnsuitableData("kmo needs at least 2 items.")
    with testable():
        print("done")
    assert capsys.readouterr().out == (
        "not testable: a second wave is needed.\nblocked: too few persons.\n"
        "not testable: kmo needs at least 2 items.\ndone\n"
    )


@pytest.mark.parametrize("error", [StudyError("row 3"), ValueError("delta"), KeyError("K99")])
def test_testable_hides_no_other_error(error):
    with pytest.raises(type(error)), testable():
        raise error
