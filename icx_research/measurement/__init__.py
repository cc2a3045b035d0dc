"""May answers be scored, averaged and compared? The statistics of questionnaires."""
