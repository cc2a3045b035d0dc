"""Correlate the two scores of small linked units."""

from icx_research.linkage.correlation.correlation import linkage_correlations
from tests.builders import linked_units


def correlate(units, **options):
    return linkage_correlations(units, internal="inside", external="outside", **options)


def small(inside, outside, **options):
    return correlate(linked_units(inside, outside), **options)
