"""Both surveys side by side, one row per serving unit and wave."""
