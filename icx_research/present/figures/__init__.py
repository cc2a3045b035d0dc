"""The figures, one file per result."""
