"""The claims of the debate as data, one file per theme."""
