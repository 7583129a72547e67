"""The command line: `mypy-await check` and its companions, one file per command.

It stands beside the plugin and knows nothing of the checks: what it works on is what mypy prints.
"""
