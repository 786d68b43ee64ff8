"""May callers with the released contract call modules with today's, and the reverse? Each "no" says where and why.

Both are alive at once while a deployable is rolled out, in either order. docs/calls/versions.md has the rules in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from seamline.schemas.compare import Cause, differences
from seamline.schemas.shape import Schema
from seamline.versions.surface import OperationSurface, Surface


class Verdict(StrEnum):
    """What a change asks for."""

    BREAKS = "breaks"
    """One side cannot talk to the other: the change has to be made in another way."""
    UNRELEASED = "unreleased"
    """Both sides understand each other; the record has to take it in, under a new version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFinding:
    """One difference between the released contract and today's."""

    verdict: Verdict
    where: str
    problem: str
    advice: str


RETIRED = "Give it its default when no module of the released version runs any more: contracts release --retired."
RELEASE = "Release it: raise the contract's version, then manage.py contracts release, and commit the file."


def compare_all(*, released: Mapping[str, Surface], now: Iterable[Surface]) -> tuple[VersionFinding, ...]:
    """All differences of all contracts, also of those that no contract declares any more."""
    surfaces = {surface.module: surface for surface in now}
    gone = tuple(
        _breaks(module, "was released and is declared by no contract any more.", "Restore it until nobody calls it.")
        for module in sorted(released.keys() - surfaces.keys())
    )
    each = (compare(released=released.get(module), now=surface) for module, surface in surfaces.items())
    return tuple(finding for findings in each for finding in findings) + gone


def compare(*, released: Surface | None, now: Surface) -> tuple[VersionFinding, ...]:
    """All differences of one contract, the breaking ones first."""
    if released is None:
        return (_unreleased(now.module, "was never released."),)
    found = list(_operations(released, now))
    if not found and released.operations != now.operations:
        found.append(_unreleased(now.module, "has changed in a way that both sides understand."))
    if found and released.version == now.version:
        found.append(_unreleased(now.module, f"has changed since it was released, and is version {now.version} still."))
    return tuple(sorted(found, key=lambda each: (each.verdict, each.where)))


def _operations(released: Surface, now: Surface) -> Iterator[VersionFinding]:
    for name, before in released.operations.items():
        where = f"{now.module}.{name}"
        after = now.operations.get(name)
        if after is None:
            yield _breaks(where, "is gone, and released callers call it.", "Keep it until nobody does.")
            continue
        if before.kind != after.kind:
            yield _breaks(
                where,
                f"was a {before.kind} and is a {after.kind}.",
                "Retries and idempotency keys follow from it: give the new behaviour a new name.",
            )
        yield from _arguments(where, before, after)
        yield from _result(where, before, after)
        yield from _errors(where, before, after)
    for name in sorted(now.operations.keys() - released.operations.keys()):
        yield _unreleased(f"{now.module}.{name}", "is new.")


def _arguments(where: str, before: OperationSurface, after: OperationSurface) -> Iterator[VersionFinding]:
    for each in differences(writer=before.arguments.shape, reader=after.arguments.shape):
        if each.cause is Cause.ABSENT:
            problem = f"now requires the argument {each.path!r}, which released callers do not send."
            yield _breaks(where, problem, "Give it a default that means what was meant before.")
        elif each.cause is Cause.DROPPED:
            problem = f"does not take the argument {each.path!r} any more, which released callers send."
            yield _breaks(where, problem, "Keep it, even if it does nothing, until nobody sends it.")
        else:
            yield _type(where, f"argument {each.path!r}", each.written, each.wanted)
    yield from _omitted(where, before, after)
    for each in differences(writer=after.arguments.shape, reader=before.arguments.shape):
        if each.cause is Cause.TYPE:
            yield _type(where, f"argument {each.path!r}, sent to released modules,", each.written, each.wanted)


def _omitted(where: str, before: OperationSurface, after: OperationSurface) -> Iterator[VersionFinding]:
    """A caller sends the arguments that it gives, not the defaults of its version."""
    for name, released in before.arguments.shape.fields.items():
        now = after.arguments.shape.fields.get(name)
        if now is None or released.required == now.required:
            continue
        if now.required:
            problem = f"now requires the argument {name!r}, which released callers may leave out."
            yield _breaks(where, problem, "Keep its default.")
        else:
            problem = f"may be called without the argument {name!r}, which released modules require."
            yield _breaks(where, problem, f"{RETIRED} Callers leave it out from the next release on.")


def _result(where: str, before: OperationSurface, after: OperationSurface) -> Iterator[VersionFinding]:
    yield from _answers(where, "result", before.result.shape, after.result.shape)


def _errors(where: str, before: OperationSurface, after: OperationSurface) -> Iterator[VersionFinding]:
    for code, shape in before.errors.items():
        if code not in after.errors:
            yield _breaks(
                where,
                f"does not raise {code} any more by its contract.",
                "Keep the ':raises' until no caller expects it.",
            )
            continue
        yield from _answers(where, f"error {code}", shape.shape, after.errors[code].shape)
    for code in sorted(after.errors.keys() - before.errors.keys()):
        yield _unreleased(where, f"raises {code}, which released callers get as a failure of the module.")


def _answers(where: str, what: str, before: Schema, after: Schema) -> Iterator[VersionFinding]:
    for each in differences(writer=after, reader=before):
        path = each.path.removeprefix("result.")
        if each.cause is Cause.ABSENT:
            problem = f"leaves {path!r} out of its {what}, which released callers need."
            yield _breaks(where, problem, "Keep the field.")
        elif each.cause is Cause.TYPE:
            yield _type(where, f"{what} {path!r}", each.written, each.wanted)
    for each in differences(writer=before, reader=after):
        path = each.path.removeprefix("result.")
        if each.cause is Cause.ABSENT:
            problem = f"needs {path!r} in its {what}, which released modules do not send."
            yield _breaks(where, problem, "Give the field a default.")
        elif each.cause is Cause.TYPE:
            yield _type(where, f"{what} {path!r} of released modules", each.written, each.wanted)


def _type(where: str, what: str, written: str, wanted: str) -> VersionFinding:
    return _breaks(
        where, f"cannot read the {what}: it is written as {written}, and {wanted} is read.",
        "Add a field or an operation beside the old one.",
    )  # fmt: skip


def _breaks(where: str, problem: str, advice: str) -> VersionFinding:
    return VersionFinding(verdict=Verdict.BREAKS, where=where, problem=problem, advice=advice)


def _unreleased(where: str, problem: str) -> VersionFinding:
    return VersionFinding(verdict=Verdict.UNRELEASED, where=where, problem=problem, advice=RELEASE)
