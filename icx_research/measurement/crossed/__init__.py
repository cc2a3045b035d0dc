"""Ratings with crossed sources of variance: raters in client units, and suppliers."""
