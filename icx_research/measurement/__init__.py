"""May answers be scored, averaged and compared?"""
