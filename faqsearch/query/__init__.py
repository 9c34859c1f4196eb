"""From what a person typed to a page of results."""
