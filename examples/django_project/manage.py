"""A whole Django project in one file: settings, URLs, documents, audience. ``python manage.py faqsearch_sync`` fills it."""

import os
import sys
from pathlib import Path

from django.conf import settings
from django.core.management import execute_from_command_line
from django.urls import path

from faqsearch import Document

HERE = Path(__file__).parent


def documents():
    """A real project reads its models: ``for article in Article.objects.filter(published=True): yield Document(…)``."""
    yield Document("refund", "캐시 환불", "남은 캐시는 일주일 안에 돌려드립니다.", category=("결제", "환불"), views=9)
    yield Document("cancel", "정기 결제 해지", "설정에서 해지합니다.", category=("결제", "해지"))
    yield Document("settle", "판매 대금 정산", "매주 월요일입니다.", category=("판매",), audience=frozenset({"판매자"}))


def audience(request):
    """A real project asks ``request.user``; nothing in an address should decide it."""
    return ["판매자"] if request.GET.get("seller") else []


settings.configure(
    DEBUG=False,
    SECRET_KEY="only for this example",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["faqsearch.integrations.django"],
    FAQSEARCH={
        "LOCATION": os.environ.get("HELP_INDEX", HERE / "help.index"),
        "DOCUMENTS": documents,
        "AUDIENCE": audience,
    },
)


from faqsearch.integrations.django import views  # noqa: E402 (settings come first)

urlpatterns = [path("api/help/search", views.search)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
