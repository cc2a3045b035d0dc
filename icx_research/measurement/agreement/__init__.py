"""Whether raters of a unit agree and units differ, so that answers may be averaged."""
