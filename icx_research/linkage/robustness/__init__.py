"""Whether an estimate survives other respondents, filters and assumptions."""
