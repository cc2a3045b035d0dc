"""What a planned study could find out."""
