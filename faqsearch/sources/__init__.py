"""Readers of files that hold documents: JSON lines, JSON, CSV and Excel, and the text of HTML."""

from faqsearch.sources.html import html_to_text
from faqsearch.sources.read import read_documents

__all__ = ["html_to_text", "read_documents"]
