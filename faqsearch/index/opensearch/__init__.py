"""The index on an OpenSearch cluster: the only place that imports opensearchpy."""
