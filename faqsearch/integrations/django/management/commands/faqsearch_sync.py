"""``manage.py faqsearch_sync``: makes the index hold exactly the documents of the service, or of a file."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from faqsearch.errors import AnalyzerMismatchError, FaqSearchError, IndexNotFoundError
from faqsearch.faq_index import FaqIndex
from faqsearch.integrations.django.settings import function, lexicon, setting
from faqsearch.sources import read_documents


class Command(BaseCommand):
    """Syncs the index that FAQSEARCH names."""

    help = "Makes the search index hold exactly the documents that FAQSEARCH['DOCUMENTS'] gives, or those of a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", help="A .jsonl, .json, .csv or .xlsx file instead of FAQSEARCH['DOCUMENTS'].")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(self._sync(options["file"]))
        except FaqSearchError as error:
            raise CommandError(str(error)) from None

    def _sync(self, file: str | None) -> str:
        documents = function("DOCUMENTS")
        if file is None and documents is None:
            raise CommandError("give --file, or name a function of documents in FAQSEARCH['DOCUMENTS']")
        found = read_documents(file) if file is not None else documents() if documents is not None else ()
        location, words = setting("LOCATION"), lexicon()
        try:
            index = FaqIndex.open(location, lexicon=words)
        except IndexNotFoundError:
            index = FaqIndex.create(location, lexicon=words, exist_ok=True)
        except AnalyzerMismatchError:
            with FaqIndex.open(location, lexicon=words, on_mismatch="search") as index:
                return f"{location}: {index.rebuild(found):,} documents, all analysed again"
        with index:
            report = index.sync(found)
            if words is not None:
                index.set_lexicon(words)
            return (
                f"{location}: {len(index):,} documents ({report.added:,} added, {report.updated:,} updated, "
                f"{report.deleted:,} deleted, {report.unchanged:,} unchanged)"
            )
