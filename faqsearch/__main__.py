"""``python -m faqsearch``: the command line."""

from __future__ import annotations

from faqsearch.cli import main

if __name__ == "__main__":
    main()
