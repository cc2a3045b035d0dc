"""The questions asked of linked units, one room each."""
