"""Companies with known truth."""
