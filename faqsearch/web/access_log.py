"""Access logs without what people typed."""

from __future__ import annotations

import logging


class WithoutQueries(logging.Filter):
    """Cuts the query string from the lines of uvicorn's access log.

    For a service that runs uvicorn itself: ``logging.getLogger("uvicorn.access").addFilter(WithoutQueries())``; ``faqsearch
    serve`` does so unless it is told otherwise.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """True: every line stays; its arguments are (client, method, path with query, HTTP version, status)."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                argument.partition("?")[0] if isinstance(argument, str) and argument.startswith("/") else argument
                for argument in record.args
            )
        return True
