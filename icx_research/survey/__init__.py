"""From files and a codebook to linked units."""
