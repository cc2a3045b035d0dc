"""Correlations of ordinal items."""
