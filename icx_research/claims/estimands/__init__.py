"""How the estimate of each claim comes from the linkage statistics."""
