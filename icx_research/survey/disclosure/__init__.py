"""What may be shown of units without showing a person."""
