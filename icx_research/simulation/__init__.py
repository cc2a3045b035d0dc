"""Companies with known truth, made from plain effect sizes."""
