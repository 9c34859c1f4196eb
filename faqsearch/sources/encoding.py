"""The encoding of a text file: UTF-8, or the CP949 that Korean Windows writes."""

from __future__ import annotations

import codecs

from faqsearch.errors import DocumentError

_CHUNK = 1 << 20  # bytes


def text_encoding(path: str, forced: str | None) -> str:
    """The name of the encoding to open ``path`` with: ``forced``, else the first of UTF-8 and CP949 that the file is in.

    The whole file is tried, a chunk at a time: a CP949 file may open with a long run of ASCII. UTF-8 goes first, since text
    in CP949 is hardly ever valid UTF-8, while UTF-8 can pass for CP949. Raises DocumentError when neither fits, or ``forced``
    names no encoding of text.
    """
    if forced is not None:
        return _known(forced)
    for encoding in ("utf-8-sig", "cp949"):  # -sig: with or without a byte order mark
        if _decodes(path, encoding):
            return encoding
    raise DocumentError(
        "is neither UTF-8 nor CP949: save it as UTF-8, or name its encoding (encoding=, --encoding), such as utf-16"
    )


def _known(name: str) -> str:
    try:
        b"0".decode(name)
        codec = codecs.lookup(name)
    except UnicodeError:  # one byte is no text in it (UTF-16), but it is an encoding
        return name
    except (LookupError, ValueError, TypeError):
        raise DocumentError(f"encoding={name!r} is no known text encoding; such as 'utf-8', 'cp949' or 'utf-16' are") from None
    return "utf-8-sig" if codec.name == "utf-8" else name


def _decodes(path: str, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with open(path, "rb") as stream:
        try:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
