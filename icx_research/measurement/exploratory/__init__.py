"""How many factors stand behind the items, and which."""
