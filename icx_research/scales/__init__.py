"""The measurement questions, asked of the questionnaires of a study."""
