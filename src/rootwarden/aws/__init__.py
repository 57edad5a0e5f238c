"""Talks to AWS: sessions, clients and the collectors."""
