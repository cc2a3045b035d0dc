"""Structural equation models: syntax, estimation, fit and comparison."""
