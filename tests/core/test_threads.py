import pytest
from threadpoolctl import threadpool_info

from icx_research.core.threads import on_one_thread


def threads():
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


@on_one_thread
def inside(*, fails=False):
    """Count threads."""
    if fails:
        raise ValueError
    return threads()


def test_threads_are_limited_inside_and_restored_after():
    before = threads()
    assert before
    assert set(inside()) == {1}
    assert threads() == before
    with pytest.raises(ValueError):
        inside(fails=True)
    assert threads() == before


def test_a_limited_function_keeps_its_name_and_docstring():
    assert (inside.__name__, inside.__doc__) == ("inside", "Count threads.")
