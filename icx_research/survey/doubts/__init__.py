"""What can be read but looks wrong."""
