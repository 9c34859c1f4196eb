"""``python -m cluster``: starts OpenSearch on this machine, says where, and ends it with Ctrl-C."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from cluster import VERSIONS, Cluster, ClusterError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m cluster", description=__doc__)
    parser.add_argument("--version", choices=sorted(VERSIONS), default="2.19")
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1)
    parser.add_argument("--heap", default="512m", help="Java's heap of each node (512m)")
    parser.add_argument("--folder", type=Path, help="keep the data here; without it they are gone at the end")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="faqsearch-opensearch-"))
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        cluster = Cluster(folder.resolve(), options.version, nodes=options.nodes, heap=options.heap, quick=False)
        print(f"starting OpenSearch {options.version}, {options.nodes} node(s) …", flush=True)
        with cluster:
            print(f"ready: {cluster.location('help')}\nend it with Ctrl-C", flush=True)
            try:
                signal.pause()
            except KeyboardInterrupt:
                print("stopping", flush=True)
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
