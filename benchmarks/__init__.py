"""Measurements: one question a file, over the public API of faqsearch only. ``python -m benchmarks`` lists them."""
