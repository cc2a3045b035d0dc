"""Measurement at two levels: raters within units, and units."""
