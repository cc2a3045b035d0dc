"""Respondents' scores averaged per unit and wave."""
