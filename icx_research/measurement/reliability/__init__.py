"""How much of a scale score is measurement, and how much is noise."""
