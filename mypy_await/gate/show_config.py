"""`mypy-await config`: print the configuration in force and where each value comes from."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mypy_await import codes, config
from mypy_await.gate.arguments import overrides, parse
from mypy_await.gate.errors import CLEAN
from mypy_await.gate.mypy_run import MYPY_VERSION, Prepared
from mypy_await.gate.output import print_out


def run(arguments: Sequence[str]) -> int:
    """Run the command; it takes the arguments of `check` and looks at the same configuration."""
    options, rest = parse(arguments)
    prepared = Prepared(rest, targets=False)
    data, place = config.read_section(prepared.config_file)
    base = config.load(prepared.config_file)
    chosen = overrides(options, base)
    lines = [*_surroundings(prepared, place), ""]
    lines += _options(config.from_mapping(chosen, "command line", base), data, place, chosen)
    print_out("\n".join([*lines, ""]))
    return CLEAN


def _surroundings(prepared: Prepared, place: str) -> list[str]:
    listed = "listed there" if prepared.lists_plugin else "not listed there; check adds it"
    return [
        f"mypy-await {codes.RELEASE}, mypy {MYPY_VERSION}",
        f"configuration of mypy: {prepared.mypy_config_file or 'none'} (plugin {listed})",
        f"configuration of mypy-await: {place or 'none'}",
        f"cache of check: {prepared.options.cache_dir}",
    ]


def _options(
    in_force: config.Config, data: dict[str, object], place: str, chosen: dict[str, object]
) -> list[str]:
    rows = []
    for (name, field), value in zip(config.OPTIONS.items(), in_force, strict=True):
        origin = "default"
        if name in data:
            origin = place
        if name in chosen:
            origin = "command line"
        if origin == "default" and value != config.Config._field_defaults[field]:
            origin = "strict"
        rows.append((f"{name} = {json.dumps(value)}", origin))
    width = max(len(shown) for shown, _ in rows)
    return [f"{shown:<{width}}  # {origin}" for shown, origin in rows]
