"""mypy-await: a mypy plugin that reports missing awaits; name it in mypy's `plugins`."""

from __future__ import annotations

from mypy_await.config import version_with_options
from mypy_await.plugin import AwaitPlugin, GatePlugin

__all__ = ["gate_plugin", "plugin"]


def plugin(version: str) -> type[AwaitPlugin]:
    """Answer mypy's question for the plugin class (mypy's documented entry point)."""
    return AwaitPlugin


def gate_plugin(version: str) -> type[GatePlugin]:
    """Answer the same question for `mypy-await check`, which names this entry point instead."""
    return GatePlugin


def __getattr__(name: str) -> str:
    # mypy asks for `__version__` each time it loads plugins, the daemon before every run: the
    # version differs once the options do, and so the daemon restarts.
    if name == "__version__":
        return version_with_options()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
