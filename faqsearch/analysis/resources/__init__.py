"""Word lists, one entry a line with the reason it is there."""
