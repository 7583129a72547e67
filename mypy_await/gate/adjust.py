"""What the gate changes in the project's configuration of mypy; docs/gate.md lists it for users."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from mypy.options import Options

from mypy_await import config
from mypy_await.gate.errors import GateError

PLUGIN: Final = "mypy_await"
ENTRY: Final = "mypy_await:gate_plugin"
SHARED_CONFIGS: Final = ("pyproject.toml", "mypy.ini", ".mypy.ini", "setup.cfg")


def adjust(options: Options) -> None:
    """Change mypy's options to what the gate needs; raises `GateError` where they contradict it."""
    options.output = "json"
    options.pretty = options.show_error_context = options.show_error_code_links = False
    options.warn_unused_configs = False
    # With imports missing mypy hides what comes after 200 errors, ours too.
    options.many_errors_threshold = -1
    options.report_dirs = {}
    options.check_untyped_defs = True
    for changes in options.per_module_options.values():
        if "check_untyped_defs" in changes and not changes.get("ignore_errors"):
            changes["check_untyped_defs"] = True
    if options.cache_dir != os.devnull:
        options.cache_dir = str(Path(options.cache_dir) / "mypy-await")
    options.plugins = _with_entry(options.plugins)
    options.config_file = options.config_file or _own_config_file()
    if options.num_workers:
        _check_workers(options)


def _check_workers(options: Options) -> None:
    """Complain as `mypy -n` does, and prepare as it does (its own code for it cannot be called)."""
    if options.num_workers < 0:
        raise GateError("the number of workers cannot be negative")
    if options.cache_dir == os.devnull:
        raise GateError("a cache is needed with parallel workers (-n)")
    if not options.local_partial_types:
        raise GateError("--local-partial-types is needed with parallel workers (-n)")
    options.native_parser = True


def is_our_plugin(plugin: str) -> bool:
    """Is this entry of mypy's `plugins` one of our two entry points?"""
    return plugin == PLUGIN or plugin.startswith(f"{PLUGIN}:")


def _with_entry(plugins: list[str]) -> list[str]:
    """Return the plugins with the gate's entry point in the place of ours, or last."""
    kept: list[str] = []
    for name in plugins:
        if is_our_plugin(name):
            name = ENTRY
        if name not in kept:
            kept.append(name)
    return kept if ENTRY in kept else [*kept, ENTRY]


def _own_config_file() -> str:
    """Find the file with our section where mypy has no configuration of its own.

    mypy loads no plugin without a configuration file, so the answer is never empty.
    """
    for folder in (Path.cwd(), *Path.cwd().parents):
        for name in SHARED_CONFIGS:
            path = folder / name
            if path.is_file() and config.read_section(str(path))[1]:
                return os.path.relpath(path)
        if any((folder / root).exists() for root in (".git", ".hg")):
            break
    return os.devnull
