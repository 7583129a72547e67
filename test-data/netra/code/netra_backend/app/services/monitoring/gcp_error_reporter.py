from __future__ import annotations
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar
_P = ParamSpec('_P')
_R = TypeVar('_R')

def gcp_reportable(reraise: bool=True) -> Callable[[Callable[_P, Awaitable[_R]]], Callable[_P, Coroutine[Any, Any, _R]]]:
    return Callable[[Callable[_P, Awaitable[_R]]], Callable[_P, Coroutine[Any, Any, _R]]]()
