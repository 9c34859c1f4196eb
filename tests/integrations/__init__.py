"""Tests against other packages: make test-integrations installs them and runs these."""
