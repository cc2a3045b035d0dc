"""Comparing means of many groups without exact invariance."""
