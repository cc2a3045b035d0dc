"""The questions asked of linked units."""
