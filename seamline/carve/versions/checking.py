"""May this service serve the module to the callers that are here? Asked of the running service, and executed.

Its surface is compared with the one that callers here have; samples of every operation then go through the codecs of
both sides: the service reads what callers send, and callers read what the service answers. Nothing is run. The other
direction counts as well, because after a rollback the service's own code is the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from seamline.carve.versions.trial import MOST_TOLD, PATH, Trial, Tried
from seamline.contract import Contract, InvalidArgument, Operation
from seamline.contract.codec import decode_arguments, decode_error, decoder
from seamline.signing.channel import Channel, ExchangeFailed
from seamline.versions import Surface, Verdict, compare, surface_of
from seamline.versions.surface import RESULT, OperationSurface

SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason why the service may not serve the callers here, and what to do about it.

    ``executed`` tells a sample that really could not be read from a difference between the two contracts.
    """

    where: str
    reason: str
    advice: str
    executed: bool = False

    def __str__(self) -> str:
        return f"{self.where} {self.reason} {self.advice}"


class ServiceNotAsked(Exception):
    """The service gave no answer that could be judged; the text says why and what to do."""


def check_service(contract: type[Contract], url: str, *, caller: str = "platform") -> tuple[Refusal, ...]:
    """All reasons why the service at this address may not serve callers of this contract; none if it may.

    :param contract: as callers in this process have it.
    :param url: where the service answers, such as ``http://127.0.0.1:8100``.
    :param caller: who signs the request.
    :raises ServiceNotAsked: it does not answer, does not host the module, or is of a version that cannot be asked.
    """
    ours = surface_of(contract)
    trial = Trial(
        arguments={
            name: tuple(msgspec.Raw(msgspec.json.encode(each)) for each in operation.arguments.samples)
            for name, operation in ours.operations.items()
        }
    )
    answer = _ask(contract.module, url, trial, caller=caller)
    return tuple(_once([*_compared(ours, answer.surface), *_executed(contract, answer)]))


def _ask(module: str, url: str, trial: Trial, *, caller: str) -> Tried:
    channel = Channel(url=url, caller=caller, audience=module)
    try:
        body = channel.post(f"{PATH}{module}", msgspec.json.encode(trial), seconds=SECONDS)
        return msgspec.json.decode(body, type=Tried)
    except ExchangeFailed as failed:
        advice = "See that it runs, hosts the module, and has this installation's signing keys."
        raise ServiceNotAsked(
            f"The service of {module!r} could not be asked for its contract: {failed} {advice}"
        ) from (failed)
    except msgspec.MsgspecError as error:
        raise ServiceNotAsked(
            f"The service of {module!r} at {channel.place} describes its contract in a way that is not known here "
            f"({error}): bring both to the same version of seamline."
        ) from error
    finally:
        channel.close()


def _compared(ours: Surface, theirs: Surface) -> Iterator[Refusal]:
    versions = f"(callers here have version {ours.version}, the service {theirs.version}):"
    for finding in compare(released=ours, now=theirs):
        if finding.verdict is Verdict.BREAKS:
            yield Refusal(where=finding.where, reason=f"{versions} {finding.problem}", advice=finding.advice)


def _executed(contract: type[Contract], answer: Tried) -> Iterator[Refusal]:
    module = contract.module
    for each in answer.unread:
        reason = f"was called as callers here call it, and the service cannot read that: {each.reason}."
        yield _read_not(module, each.operation, reason)
    for name, theirs in answer.surface.operations.items():
        if name not in contract.operations:
            continue
        for sample in theirs.arguments.samples:
            try:
                decode_arguments(contract.operations[name], msgspec.json.encode(sample))
            except InvalidArgument as refused:
                reason = f"called as the service's own code calls it, cannot be read here after a rollback: {refused}."
                yield _read_not(module, name, reason)
        yield from _answers(contract.operations[name], theirs)


def _answers(operation: Operation, theirs: OperationSurface) -> Iterator[Refusal]:
    """What the service answers, read as a caller here reads it."""
    read_result: Callable[[bytes], Any] = decoder(operation.result).decode
    given = [("answer", read_result, each[RESULT]) for each in theirs.result.samples]
    for code in {error.code for error in operation.errors} & theirs.errors.keys():
        samples = theirs.errors[code].samples
        given += [(f"error {code}", decode_error, {"code": code, "data": each}) for each in samples]
    for what, read, sample in given:
        try:
            read(msgspec.json.encode(sample))
        except msgspec.MsgspecError as error:
            yield _read_not(
                operation.contract.module, operation.name, f"gave an {what} that callers here cannot read: {error}."
            )


def _read_not(module: str, name: str, reason: str) -> Refusal:
    advice = "Deploy a service whose contract takes what was released, or bring the callers here up to date first."
    return Refusal(where=f"{module}.{name}", reason=reason[: 2 * MOST_TOLD], advice=advice, executed=True)


def _once(refusals: Iterable[Refusal]) -> Iterable[Refusal]:
    """Several samples may show the same."""
    return dict.fromkeys(refusals)
