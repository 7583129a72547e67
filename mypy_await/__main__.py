"""`python -m mypy_await`, for where the console script is not on the path."""

from __future__ import annotations

from mypy_await.gate.main import main

main()
