"""Questionnaires of the field and their scores."""
