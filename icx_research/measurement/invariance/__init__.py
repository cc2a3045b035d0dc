"""Whether a scale means the same in every group."""
