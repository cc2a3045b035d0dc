"""What each kind of result looks like as a table."""
