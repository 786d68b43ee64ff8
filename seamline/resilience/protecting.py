"""Functions and coroutine functions behind a breaker, for callers who want no more of it than that.

Every exception counts as a failure unless it is named as business; what was cancelled counts only as slow, when it had
been by then. No lock is held while the function runs. This file may not decide when a breaker opens.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

if TYPE_CHECKING:
    from seamline.resilience.breaker import Breaker
    from seamline.resilience.probing import Permit

_P = ParamSpec("_P")
_R = TypeVar("_R")


def protected(
    breaker: Breaker, function: Callable[_P, _R], *, business: tuple[type[Exception], ...] = ()
) -> Callable[_P, _R]:
    """The function behind the breaker; a coroutine function becomes one again.

    :param business: errors that are answers of a callee that is well.
    :raises TypeError: the function is a generator; its work begins after the call has ended.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TypeError(f"{function!r} is a generator: protect the function that consumes it.")
    if inspect.iscoroutinefunction(function):
        return cast(Callable[_P, _R], _coroutine(breaker, function, business))
    return _function(breaker, function, business)


def _function(breaker: Breaker, function: Callable[_P, _R], business: tuple[type[Exception], ...]) -> Callable[_P, _R]:
    acquire, success, clock = breaker.acquire, breaker.success, breaker.clock

    @functools.wraps(function)
    def behind(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        permit = breaker.standing or acquire()
        started = clock()
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            _ended(breaker, permit, clock() - started, error, business)
            raise
        seconds = clock() - started
        if seconds < permit.slow_seconds:
            next(permit.calls)  # what success does, without a call
        else:
            success(permit, seconds)
        return result

    return behind


def _coroutine(
    breaker: Breaker, function: Callable[..., Awaitable[Any]], business: tuple[type[Exception], ...]
) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def behind(*args: Any, **kwargs: Any) -> Any:
        permit = breaker.standing or breaker.acquire()
        started = breaker.clock()
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            _ended(breaker, permit, breaker.clock() - started, error, business)
            raise
        breaker.success(permit, breaker.clock() - started)
        return result

    return behind


def _ended(
    breaker: Breaker, permit: Permit, seconds: float, error: BaseException, business: tuple[type[Exception], ...]
) -> None:
    if isinstance(error, business):
        breaker.success(permit, seconds)
    elif isinstance(error, Exception):
        breaker.failure(permit, seconds)
    elif seconds >= breaker.slow_seconds:
        breaker.success(permit, seconds)  # cancelled by a caller who had waited long enough: slow, whatever came
    else:
        breaker.ignore(permit)
