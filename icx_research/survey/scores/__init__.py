"""Answers to keyed items, and items to scale scores."""
