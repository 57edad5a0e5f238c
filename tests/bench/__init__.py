"""Tests of the server that benches measure against."""
