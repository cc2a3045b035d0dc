"""Studies for the tests of what people see."""

import pytest

import icx_research as icx


@pytest.fixture(scope="session")
def company():
    return icx.load_example("company")


@pytest.fixture(scope="session")
def linked(company):
    return icx.link_study(company)


@pytest.fixture(scope="session")
def pair():
    return {"internal": "internal_satisfaction", "external": "csat"}
