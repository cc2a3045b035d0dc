"""May we score, average and compare? The statistics of questionnaires, on any table."""
