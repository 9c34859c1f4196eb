"""The app's name, which Django needs."""

from __future__ import annotations

from django.apps import AppConfig


class FaqSearchConfig(AppConfig):
    """faqsearch as a Django app without models."""

    name = "faqsearch.integrations.django"
    label = "faqsearch"
    verbose_name = "Help centre search"
