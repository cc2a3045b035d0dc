"""How well, and by whom, the questions were answered."""
