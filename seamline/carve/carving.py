"""The use cases behind ``manage.py carve`` and ``fold``: data, service and placement of one module, in order.

Each can be repeated after whatever has ended it: what is done is seen on the servers. This file may not print.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
from django.conf import settings

from seamline.carve.book import Book, Entry, ServerReference, Service
from seamline.carve.move import cutover as moving
from seamline.carve.move.errors import MoveRefused
from seamline.carve.move.fencing import Stall
from seamline.carve.move.following import Copying
from seamline.carve.move.servers import Move, Server
from seamline.carve.placing import serve_elsewhere, serve_here
from seamline.carve.service import start_service, stop_service
from seamline.carve.shadow.switching import end_shadow
from seamline.carve.versions.instances import ensure_service_fits
from seamline.control.board import BoardAway
from seamline.embedded import default_server
from seamline.modules import module_named

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Carving:
    """One module of this installation.

    :param say: told what is done, a line each.
    """

    module: str
    say: Say = lambda text: None

    @property
    def book(self) -> Book:
        """This installation's."""
        return Book(settings.BASE_DIR)

    @property
    def entry(self) -> Entry:
        """What is known of its carve.

        :raises MoveRefused: there is none.
        """
        entry = self.book.read(self.module)
        if entry is None:
            raise MoveRefused(f"No carve of {self.module!r} is on: begin with 'manage.py carve start {self.module}'.")
        return entry

    @property
    def home(self) -> ServerReference:
        """The server that the settings name for the module."""
        if url := settings.SEAMLINE_MODULE_URLS.get(self.module):
            return ServerReference(url=url)
        name = settings.SEAMLINE_POSTGRES
        server = default_server(settings.BASE_DIR, name=name)
        if server.has_run and server.url == settings.DATABASE_URL:
            return ServerReference(embedded=name)
        return ServerReference(url=settings.DATABASE_URL)

    @property
    def home_place(self) -> str:
        """Its address, without a password."""
        return str(Server(url=self.home.resolved(self.book.root)).place)

    def move(self, entry: Entry | None = None) -> Move:
        """The move from the entry's source to its target."""
        entry = entry or self.entry
        return Move(
            module=self.module,
            source=Server(url=entry.source.resolved(self.book.root)),
            target=Server(url=entry.target.resolved(self.book.root)),
            secret=self.secret,
        )

    @property
    def source_url(self) -> str:
        """The administrator's URL of the server from which a carve would start now. A secret."""
        return self._begin(None).source.resolved(self.book.root)

    @property
    def secret(self) -> str:
        """The installation's."""
        return str(settings.SEAMLINE_SECRET)

    def planned(self, database_url: str = "") -> tuple[str, str]:
        """From where to where ``start`` would copy, without passwords."""
        entry = self._begin(ServerReference(url=database_url) if database_url else None)
        source = str(Server(url=entry.source.resolved(self.book.root)).place)
        if entry.target.embedded is None:
            return source, str(Server(url=entry.target.url).place)
        return source, f"the embedded server {entry.target.embedded!r}"

    def start(
        self,
        *,
        database_url: str = "",
        service: str = "none",
        hub: str = "",
        progress: Callable[[Copying], None] = lambda copying: None,
    ) -> Copying:
        """Copy the data to the target and keep both equal; start the service beside, if that is wanted.

        :param database_url: the target's administrator's URL; empty for an embedded server of its own.
        :param service: who runs it: ``here`` starts it on this machine, ``elsewhere`` somebody else, or ``none``.
        :param hub: where the monolith answers; for the service.
        :raises MoveRefused: it cannot be done.
        """
        entry = self._begin(ServerReference(url=database_url) if database_url else None)
        if entry.target.embedded is not None:
            default_server(self.book.root, name=entry.target.embedded).ensure_running()
        self.book.write(entry)
        self.say(f"from {self.move(entry).source.place} to {self.move(entry).target.place}")
        copied = moving.prepare(
            self.move(entry), extensions=module_named(self.module).extensions, say=self.say, progress=progress
        )
        if service == "here":
            self.book.write(msgspec.structs.replace(entry, service=start_service(entry, book=self.book, hub=hub)))
            self.say(f"service at {self.entry.service.url}" if self.entry.service else "")
        elif service == "elsewhere":
            self.book.write(msgspec.structs.replace(entry, service=Service()))
        return copied

    def cut_over(self, *, end_idle_after: float | None = None, reason: str = "", actor: str = "") -> Stall:
        """Give the data to the target, then have the service serve.

        :raises MoveRefused: not ready.
        :raises FenceFailed: nothing has changed.
        """
        move = self.move()
        if moving.standing(move).flipped:
            moving.resume(move)
            stall = Stall()
            self.say("the data have been given away before")
        else:
            self._ensure_ready_for_calls(move)
            stall = moving.cut_over(move, say=self.say, end_idle_after=end_idle_after)
            self.say(f"data are at {move.target.place}: writers waited {stall.total * 1000:.0f} ms")
        self._propagate(move)
        if self.entry.service is not None:
            serve_elsewhere(self.module, reason=reason or "carve cutover", actor=actor, say=self.say)
        return stall

    def roll_back(self, *, end_idle_after: float | None = None, reason: str = "", actor: str = "") -> Stall | None:
        """Before the cutover: take everything down. After it: take calls and data back, and keep the copy equal.

        :returns: the stall, where data had to move.
        """
        entry = self.entry
        if entry.final:
            raise MoveRefused(f"The carve of {self.module!r} is final: 'manage.py fold {self.module}' copies it back.")
        move = self.move(entry)
        if entry.service is not None:
            serve_here(self.module, reason=reason or "carve rollback", actor=actor, say=self.say)
        if moving.standing(move).flipped:
            moving.resume(move)
            stall = moving.cut_over(move.reversed(), say=self.say, end_idle_after=end_idle_after)
            self.say(f"data are back at {move.source.place}: writers waited {stall.total * 1000:.0f} ms")
            return stall
        self._take_down(entry)
        return None

    def finalise(self) -> None:
        """End the way back: drop replication and the old schema; the pointer stays.

        :raises MoveRefused: the data are not at the target.
        """
        entry = self.entry
        moving.resume(self.move(entry))
        moving.finalise(self.move(entry), say=self.say)
        self.book.write(msgspec.structs.replace(entry, final=True))

    def fold(self, *, progress: Callable[[Copying], None] = lambda copying: None, actor: str = "") -> Stall | None:
        """Bring data and calls back to the monolith's own server, and end the service.

        :returns: the stall, where data had to move.
        """
        entry = self.entry
        stall: Stall | None = None
        if entry.service is not None:
            serve_here(self.module, reason="fold", actor=actor, say=self.say)
        if entry.final:
            back = replace(self.move(entry), target=Server(url=self.home.resolved(self.book.root)))
            back = Move(module=self.module, source=self.move(entry).target, target=back.target, secret=back.secret)
            if not moving.standing(back).flipped:
                extensions = module_named(self.module).extensions
                moving.prepare(back, extensions=extensions, say=self.say, progress=progress)
                stall = moving.cut_over(back, say=self.say)
                self.say(f"data are at {back.target.place}: writers waited {stall.total * 1000:.0f} ms")
            moving.resume(back)
            moving.finalise(back, say=self.say)
            self._end(entry)
            return stall
        if moving.standing(self.move(entry)).flipped:
            stall = self.roll_back(actor=actor)
        self._take_down(entry)
        return stall

    def resume(self, *, actor: str = "") -> None:
        """After a crash: carry through what was decided, on whichever way the data were.

        :raises psycopg.OperationalError: one of the servers does not answer, so that nothing can be decided.
        """
        entry = self.entry
        move = self.move(entry)
        moving.resume(move)
        moving.resume(move.reversed())
        if entry.final:
            return
        flipped = moving.standing(move).flipped
        if not flipped:
            # A copy that was cut short goes on.
            moving.prepare(move, extensions=module_named(self.module).extensions, say=self.say)
        if entry.service is not None:
            serve = serve_elsewhere if flipped else serve_here
            serve(self.module, reason="carve resume", actor=actor, say=self.say)

    def _ensure_ready_for_calls(self, move: Move) -> None:
        """The service understands the callers here, and nobody asks the target in the shadow any more."""
        service = self.entry.service
        if service is not None:
            ensure_service_fits(self.module, started=service.url if service.runs == "here" else "", say=self.say)
        self._end_shadow(move)

    def _end_shadow(self, move: Move) -> None:
        try:
            if end_shadow(move):
                self.say("shadow reads are off")
        except BoardAway as error:
            self.say(f"shadow reads end by themselves, they could not be switched off: {error}")

    def _begin(self, target: ServerReference | None) -> Entry:
        known = self.book.read(self.module)
        if known is not None and not known.final:
            if target is not None and target != known.target:
                raise MoveRefused(
                    f"A carve of {self.module!r} to {self.move(known).target.place} is on: finish it or roll it back "
                    "before you start another."
                )
            return known
        source = known.target if known is not None else self.home
        wanted = target or ServerReference(embedded=self._embedded_name(taken=source))
        return Entry(
            module=self.module, source=source, target=wanted, service=known.service if known is not None else None
        )

    def _propagate(self, move: Move) -> None:
        home = Server(url=self.home.resolved(self.book.root))
        if home.place.address not in (move.source.place.address, move.target.place.address):
            moving.propagate(move, server=home)

    def _embedded_name(self, *, taken: ServerReference) -> str:
        name = self.module.replace("_", "-")
        return f"{name}-2" if taken.embedded == name else name

    def _take_down(self, entry: Entry) -> None:
        self._end_shadow(self.move(entry))
        moving.give_up(self.move(entry), say=self.say)
        self._end(entry)

    def _end(self, entry: Entry) -> None:
        if entry.service is not None:
            stop_service(entry.service)
        if entry.target.embedded:
            default_server(self.book.root, name=entry.target.embedded).stop()
        self.book.remove(self.module)
