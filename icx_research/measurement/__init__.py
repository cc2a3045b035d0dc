"""May answers be scored, averaged and compared?"""  # noqa: D400
