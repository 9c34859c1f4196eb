"""Where an index lies in a cluster: ``opensearch://[user:password@]host[:port][,host…]/name[?option=value&…]``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import parse_qsl, unquote

from faqsearch.errors import InvalidOptionError

SCHEMES = ("opensearch", "opensearch+https")
_PORT = 9200
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_NAME_BYTES = 200
_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:\[\]/?#\s]+)(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """The options of a location.

    ``timeout`` is the seconds that one request may take, ``retries`` how often one that failed for a passing reason is sent
    again (after waits that double from 0.1 s), ``refresh`` the seconds after which a reader looks for commits of other
    processes. ``shards`` and ``replicas`` count when an index is made or rebuilt: by default one shard, or as many as there
    were, and a replica where a second node can hold it. ``ca_certs`` is a file of certificates, ``client_cert`` and
    ``client_key`` files too; ``verify=false`` accepts any certificate.
    """

    timeout: float = 30.0
    retries: int = 7
    refresh: float = 1.0
    shards: int | None = None
    replicas: int | None = None
    verify: bool = True
    ca_certs: str | None = None
    client_cert: str | None = None
    client_key: str | None = None


@dataclass(frozen=True, slots=True)
class ClusterLocation:
    """A parsed location; ``str()`` and ``repr()`` never show user and password."""

    hosts: tuple[tuple[str, int], ...]
    name: str
    secure: bool = False
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    options: ClusterOptions = ClusterOptions()

    def __str__(self) -> str:
        scheme = SCHEMES[1] if self.secure else SCHEMES[0]
        return f"{scheme}://{','.join(f'{host}:{port}' for host, port in self.hosts)}/{self.name}"


def parse_location(location: str) -> ClusterLocation:
    """The parts of a location; raises InvalidOptionError, without its secrets."""
    scheme, _, rest = location.partition("://")
    rest, _, query = rest.partition("?")
    authority, _, name = rest.partition("/")
    credentials, at, servers = authority.rpartition("@")
    user, colon, password = credentials.partition(":")
    if at and not (user and colon):
        raise InvalidOptionError("a location's credentials are user:password, percent-encoded where they hold :, @, / or %")
    return ClusterLocation(
        hosts=tuple(map(_host, servers.split(","))),
        name=_name(unquote(name)),
        secure=scheme == SCHEMES[1],
        user=unquote(user) if at else None,
        password=unquote(password) if at else None,
        options=_options(query),
    )


def _host(text: str) -> tuple[str, int]:
    match = _HOST.fullmatch(text)
    if match is None or not 0 < int(match["port"] or _PORT) < 1 << 16:
        raise InvalidOptionError(
            f"a location names hosts as search.internal:9200, several with commas between, not {text!r}; "
            "a password with :, @ or / is percent-encoded"
        )
    return match["host"], int(match["port"] or _PORT)


def _name(name: str) -> str:
    if not _NAME.fullmatch(name) or len(name) > _NAME_BYTES:
        raise InvalidOptionError(
            f"a location ends in the index's name, of small letters, digits, '.', '_' and '-' (opensearch://host:9200/help), "
            f"not {name!r}"
        )
    return name


def _options(query: str) -> ClusterOptions:
    known = {one.name: one for one in fields(ClusterOptions)}
    found: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in known:
            raise InvalidOptionError(f"a location has no option {name!r}; there are {', '.join(known)}")
        convert, words = _KINDS.get(name, (str, "text"))
        try:
            found[name] = convert(value)
        except ValueError:
            raise InvalidOptionError(f"a location's option {name} must be {words}, not {value!r}") from None
    if ("client_key" in found) != ("client_cert" in found):
        raise InvalidOptionError("client_cert and client_key go together")
    return ClusterOptions(**found)


def _truth(value: str) -> bool:
    try:
        return {"true": True, "1": True, "false": False, "0": False}[value.lower()]
    except KeyError:
        raise ValueError(value) from None


def _number(least: float, *, above: bool = False) -> Callable[[str], float]:
    def convert(value: str) -> float:
        number = float(value)
        if not number >= least or (above and number == least) or number > 86_400:
            raise ValueError(value)
        return number

    return convert


def _count(least: int, most: int) -> Callable[[str], int]:
    def convert(value: str) -> int:
        number = int(value)
        if not least <= number <= most:
            raise ValueError(value)
        return number

    return convert


_KINDS: dict[str, tuple[Callable[[str], Any], str]] = {
    "timeout": (_number(0, above=True), "a number of seconds above 0"),
    "retries": (_count(0, 100), "a whole number of 0 to 100"),
    "refresh": (_number(0), "a number of seconds of 0 or more"),
    "shards": (_count(1, 1024), "a whole number of 1 to 1024"),
    "replicas": (_count(0, 100), "a whole number of 0 to 100"),
    "verify": (_truth, "true or false"),
}
