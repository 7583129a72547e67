"""Fixtures for all tests."""

from gate import cache, command

__all__ = ["cache", "command"]
