"""Which modules this process hosts. Filled while Django starts, read-only afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from seamline.modules.manifest import Module

_HOSTED: dict[str, Module] = {}
_EXTENSIONS: list[Callable[[Module], Module]] = []


def extend(extension: Callable[[Module], Module]) -> None:
    """Have each module that is registered from now on passed through this: a room of the framework adds its part."""
    _EXTENSIONS.append(extension)


def register(module: Module) -> None:
    """Host the module in this process.

    :raises ValueError: another module has its name.
    """
    for extension in _EXTENSIONS:
        module = extension(module)
    known = _HOSTED.setdefault(module.name, module)
    if known != module:
        raise ValueError(f"Two modules are named {module.name!r}. Rename one: the name is its alias and its schema.")


def hosted_modules() -> tuple[Module, ...]:
    """The modules of this process, in the order of the settings."""
    return tuple(_HOSTED.values())


def module_named(name: str) -> Module:
    """A hosted module.

    :raises LookupError: this process does not host it.
    """
    try:
        return _HOSTED[name]
    except KeyError:
        hosted: Iterable[str] = _HOSTED or ("none",)
        raise LookupError(f"This process does not host a module {name!r}; it hosts {', '.join(hosted)}.") from None
