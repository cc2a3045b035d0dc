"""What `icx study` does, from files to a folder of results."""
