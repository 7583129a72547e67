"""The plugin class that mypy loads: options and hook tables, no judgement."""

from __future__ import annotations

from mypy.options import Options
from mypy.plugin import Plugin

from mypy_await import codes, config


class AwaitPlugin(Plugin):
    """mypy-await inside a mypy run."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.config = config.load(options.config_file)
        codes.set_defaults(frozenset(self.config.enable), frozenset(self.config.disable))


class GatePlugin(AwaitPlugin):
    """The same inside `mypy-await check`."""
