"""A help centre that runs, and the Chromium that looks at it."""
