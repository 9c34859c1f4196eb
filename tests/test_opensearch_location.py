"""opensearch:// locations: their parts, their options, and errors that name a remedy and never a password."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from faqsearch import BackendError, FaqIndex, InvalidOptionError
from faqsearch.index.locations import in_cluster, shown
from faqsearch.index.opensearch.location import ClusterOptions, parse_location

DEAD = "opensearch://user:geheim@127.0.0.1:1/help?retries=0"


@pytest.mark.parametrize(
    ("location", "parts"),
    [
        ("opensearch://search.internal/help", ((("search.internal", 9200),), "help", False, None, None)),
        ("opensearch://a:9201,b,c:9203/help-2.x", ((("a", 9201), ("b", 9200), ("c", 9203)), "help-2.x", False, None, None)),
        ("opensearch+https://u:p@a:443/help", ((("a", 443),), "help", True, "u", "p")),
        ("opensearch://u%40x:p%3A%2F%40@a/help", ((("a", 9200),), "help", False, "u@x", "p:/@")),
        ("opensearch://[::1]:9200/help", ((("[::1]", 9200),), "help", False, None, None)),
    ],
)
def test_the_parts_of_a_location(location: str, parts: tuple[Any, ...]) -> None:
    found = parse_location(location)
    assert (found.hosts, found.name, found.secure, found.user, found.password) == parts
    assert in_cluster(location)


def test_the_options_of_a_location() -> None:
    location = (
        "opensearch+https://a/help?timeout=2.5&retries=3&refresh=0&shards=3&replicas=2&verify=false"
        "&ca_certs=/etc/ca.pem&client_cert=/etc/c.pem&client_key=/etc/k.pem"
    )
    assert parse_location(location).options == ClusterOptions(
        timeout=2.5,
        retries=3,
        refresh=0.0,
        shards=3,
        replicas=2,
        verify=False,
        ca_certs="/etc/ca.pem",
        client_cert="/etc/c.pem",
        client_key="/etc/k.pem",
    )


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("opensearch://a/", "index's name"),
        ("opensearch://a", "index's name"),
        ("opensearch://a/Help", "small letters"),
        ("opensearch://a/_all", "small letters"),
        ("opensearch://a/help/more", "small letters"),
        ("opensearch:///help", "names hosts as"),
        ("opensearch://a,,b/help", "names hosts as"),
        ("opensearch://a:99999/help", "names hosts as"),
        ("opensearch://a:port/help", "names hosts as"),
        ("opensearch://geheim@a/help", "user:password"),
        ("opensearch://u:ge:he/im@a/help", "percent-encoded"),
        ("opensearch://a/help?timeout=0", "timeout must be a number of seconds above 0"),
        ("opensearch://a/help?timeout=soon", "timeout must be"),
        ("opensearch://a/help?retries=-1", "retries must be a whole number of 0 to 100"),
        ("opensearch://a/help?refresh=-1", "refresh must be"),
        ("opensearch://a/help?shards=0", "shards must be"),
        ("opensearch://a/help?verify=maybe", "verify must be true or false"),
        ("opensearch://a/help?timeuot=1", "no option 'timeuot'; there are timeout,"),
        ("opensearch+https://a/help?client_cert=/c.pem", "client_cert and client_key go together"),
    ],
)
def test_a_location_that_cannot_be_used_says_why_and_never_its_password(location: str, said: str) -> None:
    with pytest.raises(InvalidOptionError) as caught:
        FaqIndex.open(location)
    assert said in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("call", [FaqIndex.create, FaqIndex.open])
def test_a_cluster_that_is_down_says_so_and_never_the_password(call: Any) -> None:
    with pytest.raises(
        BackendError, match=r"opensearch://127\.0\.0\.1:1/help: no node answers.*check that the cluster runs"
    ) as caught:
        call(DEAD)
    assert "geheim" not in str(caught.value) and "user" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_retries_wait_longer_each_time() -> None:
    begun = time.monotonic()
    with pytest.raises(BackendError):
        FaqIndex.open("opensearch://127.0.0.1:1/help?retries=3")
    assert time.monotonic() - begun > 0.8 * (0.1 + 0.2)


def test_a_location_never_shows_its_secrets() -> None:
    location = parse_location("opensearch+https://admin:geheim@a:9200/help?client_cert=/c.pem&client_key=/k.pem")
    assert "geheim" not in repr(location) + str(location) and "admin" not in repr(location) + str(location)
    assert shown("opensearch+https://admin:geheim@a:9200/help?timeout=1") == str(location) == "opensearch+https://a:9200/help"
    assert shown(Path("help.index")) == "help.index"


def test_a_file_of_certificates_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidOptionError, match=r"ca_certs names a file that is not there: /nowhere/ca\.pem"):
        FaqIndex.open("opensearch+https://127.0.0.1:1/help?ca_certs=/nowhere/ca.pem&retries=0")


def test_without_opensearch_py_the_error_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['opensearchpy'] = None\n"
        "from faqsearch import BackendError, FaqIndex\n"
        "try:\n    FaqIndex.open('opensearch://u:geheim@localhost/help')\n"
        "except BackendError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "an opensearch:// location needs opensearch-py: pip install 'faqsearch[opensearch]'"


def test_importing_faqsearch_loads_no_client() -> None:
    program = "import sys, faqsearch; assert not {'opensearchpy', 'urllib3'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_cluster_that_is_down_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), pytest.raises(BackendError):
        FaqIndex.open(DEAD)
    assert [record for record in caplog.records if record.name.startswith("opensearch")] == []
    assert "geheim" not in caplog.text
