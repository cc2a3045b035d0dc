"""A first codebook, drafted from files nobody has described."""
