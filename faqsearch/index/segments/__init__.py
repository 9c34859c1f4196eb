"""A segment: one checksummed file of NumPy arrays; inversion, merging, lookup and scoring. Knows nothing of Whoosh."""
