"""Cluster: OpenSearch nodes as processes of this machine, on the loopback interface only."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from cluster.jars import VERSIONS, ClusterError, jars, java

_HTTP_PORTS = range(9201, 9300)  # the runner refuses higher ones without a word
_TRANSPORT_PORTS = range(9301, 9400)
_READY_SECONDS = 240.0


class Cluster:
    """One or more nodes below a folder, as a context manager; their data stay in the folder.

    ``heap`` is Java's; ``quick`` compiles with C1 only, which starts sooner and answers a little slower.
    """

    def __init__(
        self, folder: Path, version: str = "2.19", *, nodes: int = 1, heap: str = "256m", quick: bool = True, name: str = "faq"
    ) -> None:
        if version not in VERSIONS:
            raise ClusterError(f"version must be one of {', '.join(VERSIONS)}, not {version!r}")
        self.folder = folder
        self.version = version
        self.name = name
        self._java = java(VERSIONS[version].java)
        self._jars = jars(version)
        self._flags = [f"-Xms{heap}", f"-Xmx{heap}", "-XX:+UseSerialGC", *(["-XX:TieredStopAtLevel=1"] if quick else [])]
        http, transport = _free(_HTTP_PORTS), _free(_TRANSPORT_PORTS)
        self.ports = [next(http) for _ in range(nodes)]
        self._transports = [next(transport) for _ in range(nodes)]
        self.pids: list[int] = [0] * nodes

    @property
    def hosts(self) -> str:
        """All nodes as a location names them."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    @property
    def snapshots(self) -> Path:
        """The folder in which the nodes may keep snapshot repositories."""
        return self.folder / "snapshots"

    def location(self, name: str, **options: object) -> str:
        """The location of an index in this cluster."""
        query = "&".join(f"{option}={value}" for option, value in options.items())
        return f"opensearch://{self.hosts}/{name}" + (f"?{query}" if query else "")

    # Starting and stopping

    def start(self) -> Cluster:
        """Starts all nodes and waits until they answer."""
        for node in range(len(self.ports)):
            self.start_node(node)
        try:
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def start_node(self, node: int) -> None:
        """Starts one node, without waiting."""
        home = self.folder / f"n{node}"
        config = home / "node_1" / "config" / "opensearch.yml"
        if not config.exists():
            config.parent.mkdir(parents=True)
            config.write_text(self._settings(node), encoding="utf-8")
        command = [str(self._java), *self._flags, "-cp", f"{self._jars}/*", "org.codelibs.opensearch.runner.OpenSearchRunner"]
        command += ["-basePath", str(home), "-clusterName", self.name, "-numOfNode", "1"]
        command += ["-baseHttpPort", str(self.ports[node] - 1)]
        with open(home / "log", "ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=home,
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        self.pids[node] = process.pid
        _children[process.pid] = process

    def _settings(self, node: int) -> str:
        addresses = json.dumps([f"127.0.0.1:{port}" for port in self._transports])
        single = len(self.ports) == 1
        lines = [
            "network.host: 127.0.0.1",
            f"transport.port: {self._transports[node]}",
            "action.auto_create_index: false",
            "cluster.routing.allocation.disk.threshold_enabled: false",
            f"path.repo: [{json.dumps(str(self.snapshots))}]",
            *(["discovery.type: single-node"] if single else []),
            *([] if single else [f"discovery.seed_hosts: {addresses}", f"cluster.initial_cluster_manager_nodes: {addresses}"]),
        ]
        return "\n".join(lines) + "\n"

    def wait(self, *, nodes: int | None = None, status: str = "yellow", seconds: float = _READY_SECONDS) -> None:
        """Waits until as many nodes (all) form a cluster of this health; raises ClusterError with the end of a log."""
        wanted = len(self.ports) if nodes is None else nodes
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for node, pid in enumerate(self.pids):
                if pid and not _alive(pid):
                    raise ClusterError(f"node {node} of OpenSearch {self.version} ended while starting:\n{self._log(node)}")
            for port in self.ports:
                path = f"/_cluster/health?wait_for_nodes={wanted}&wait_for_status={status}&timeout=2s"
                health = _get(port, path)
                if health is not None and not health["timed_out"] and health["number_of_nodes"] == wanted:
                    return
            time.sleep(0.2)
        raise ClusterError(f"OpenSearch {self.version} was not ready within {seconds:g} s:\n{self._log(0)}")

    def manager(self) -> int:
        """The number of the node that manages the cluster."""
        for port in self.ports:
            state = _get(port, "/_cluster/state/nodes,cluster_manager_node")
            if state is not None:
                address = state["nodes"][state["cluster_manager_node"]]["transport_address"]
                return self._transports.index(int(address.rpartition(":")[2]))
        raise ClusterError("no node says who manages the cluster")

    def kill(self, node: int) -> None:
        """SIGKILL: the node is gone without a word."""
        _end(self.pids[node], signal.SIGKILL)
        self.pids[node] = 0

    def stop(self) -> None:
        """Ends all nodes in order."""
        for pid in self.pids:
            if pid:
                _signal(pid, signal.SIGTERM)
        for pid in self.pids:
            if pid:
                _end(pid, signal.SIGTERM)
        self.pids = [0] * len(self.pids)

    def remove(self) -> None:
        """Ends all nodes and deletes their data."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Cluster:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _log(self, node: int) -> str:
        path = self.folder / f"n{node}" / "log"
        return path.read_text(encoding="utf-8", errors="replace")[-3000:] if path.exists() else ""


def _end_with_parent() -> None:
    """In the child: it is ended when its parent is, however that ends."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


_children: dict[int, subprocess.Popen[bytes]] = {}


def _alive(pid: int) -> bool:
    child = _children.get(pid)
    if child is not None:
        return child.poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _end(pid: int, number: signal.Signals) -> None:
    """Sends a signal and waits for the end of the process, which is killed after half a minute."""
    _signal(pid, number)
    end = time.monotonic() + 30
    while _alive(pid):
        if time.monotonic() > end:
            _signal(pid, signal.SIGKILL)
        time.sleep(0.05)
    _children.pop(pid, None)


def _free(ports: range) -> Iterator[int]:
    """The ports on which nothing listens."""
    start = os.getpid() % len(ports)  # so that two runs at the same time do not try for the same
    for place in range(len(ports)):
        port = ports[(start + place) % len(ports)]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port
    raise ClusterError(f"no free port from {ports.start} to {ports.stop - 1}")


def _get(port: int, path: str) -> dict[str, Any] | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            found: dict[str, Any] = json.loads(answer.read())
            return found
    except (OSError, ValueError, urllib.error.URLError):
        return None
