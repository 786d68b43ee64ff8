"""The packages that a part of a project needs: its own requirements, and the lock file cut down to them.

The lock names for each package who wants it ("# via"), so nothing has to be resolved again and every hash stays. This
file may not reach the network.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from importlib.metadata import packages_distributions

_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
_VIA = re.compile(r"^\s+# +(?:via )?(\S+)")


def canonical(requirement: str) -> str:
    """The normal form of the name that a requirement begins with (PEP 503)."""
    match = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", match.group()).lower() if match else ""


def needed(requirements: Collection[str], *, used: Collection[str], left: Collection[str]) -> list[str]:
    """Those of the requirements that stay: what only the code that is left behind uses goes.

    :param used: top-level names that the code uses which goes along.
    :param left: those of the code that stays behind. What neither uses, a program or data, is kept.
    """
    imports = _imports()
    kept = []
    for requirement in requirements:
        names = imports.get(canonical(requirement), set())
        if names & set(used) or not names & set(left):
            kept.append(requirement)
    return kept


def uses(requirements: Collection[str], *, used: Collection[str]) -> bool:
    """Whether the code uses one of an extra's packages; one that is not installed here counts as not used."""
    imports = _imports()
    return any(imports.get(canonical(requirement), set()) & set(used) for requirement in requirements)


def _imports() -> Mapping[str, set[str]]:
    """The top-level names that each installed distribution brings."""
    found: dict[str, set[str]] = {}
    for name, distributions in packages_distributions().items():
        for distribution in distributions:
            found.setdefault(canonical(distribution), set()).add(name)
    return found


def cut_lock(lock: str, *, keep: Collection[str], head: str) -> str:
    """The lock file with the wanted packages and what those need.

    :param keep: requirements that the project still has.
    :param head: comment lines that begin the file.
    """
    blocks = _blocks(lock)
    parents = {name: _parents(block) for name, block in blocks.items()}
    wanted = {canonical(each) for each in keep} & set(blocks)
    growing = True
    while growing:
        more = {name for name, above in parents.items() if name not in wanted and any(each in wanted for each in above)}
        wanted |= more
        growing = bool(more)
    return head + "".join(block for name, block in blocks.items() if name in wanted)


def _blocks(lock: str) -> Mapping[str, str]:
    blocks: dict[str, str] = {}
    name = ""
    for line in lock.splitlines(keepends=True):
        if line[:1].isalnum():
            name = canonical(line)
            # One package may stand there more than once, for different Pythons.
            blocks[name] = blocks.get(name, "")
        if name:
            blocks[name] += line
    return blocks


def _parents(block: str) -> set[str]:
    found, listening = set(), False
    for line in block.splitlines():
        if "# via" in line:
            listening = True
        if listening and (match := _VIA.match(line)) and match.group(1) != "via":
            found.add(canonical(match.group(1)))
    return found
