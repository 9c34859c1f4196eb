"""A Django app: ``manage.py faqsearch_sync`` and a JSON search view (``pip install 'faqsearch[django]'``).

Add ``"faqsearch.integrations.django"`` to INSTALLED_APPS and say where the index is::

    FAQSEARCH = {
        "LOCATION": BASE_DIR / "help.index",
        "DOCUMENTS": "helpcenter.search.documents",   # a function that gives faqsearch Documents
        "LEXICON": BASE_DIR / "lexicon",              # or left out
        "AUDIENCE": "helpcenter.search.audience",     # a function of the request, or left out: nobody's groups
    }
"""
