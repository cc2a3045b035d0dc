"""Validated tables: what is usable, what is set aside and why."""
