"""A real OpenSearch on this machine, for tests and trials: ``python -m cluster``, or ``Cluster`` from code."""

from cluster.jars import VERSIONS, ClusterError
from cluster.nodes import Cluster

__all__ = ["VERSIONS", "Cluster", "ClusterError"]
