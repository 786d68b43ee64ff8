"""``carve extract``: what a module needs is copied out of the monolith, and what a repository needs is written beside.

The project's own wiring goes along, as far as its settings reach it: with one module on disk it is that module's
service. This file may not change the monolith; ``shrinking`` does.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Context, Engine

from seamline.carve.extraction import reachable as sources
from seamline.carve.extraction.documents import asyncapi_of, openapi_of
from seamline.carve.extraction.errors import ExtractionRefused
from seamline.carve.extraction.pyproject import Requirements, carried_sections, read_requirements, told_of
from seamline.carve.extraction.requirements import cut_lock, needed, uses
from seamline.modules import Module, module_named

TEMPLATES = Path(__file__).with_name("templates")
FRAMEWORK, MODULES = "seamline", "modules"
LOCK = "requirements.lock"
TOOLS = frozenset({"importlinter", "mypy", "pytest", "pytest_django", "ruff"})
"""What the written Makefile and tests use, by the names that they are imported by."""
_IGNORED = {"__pycache__", ".mypy_cache", ".ruff_cache"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What would be written: ``copied`` are paths relative to the project, ``written`` has texts by their path."""

    module: str
    name: str
    copied: tuple[Path, ...]
    written: Mapping[Path, str]

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files, sorted."""
        return tuple(sorted({*self.copied, *self.written}))


def plan(module_name: str, *, root: Path, name: str = "") -> Extraction:
    """Find out what a stand-alone repository of the module consists of. Writes nothing.

    :param module_name: a module that this process hosts.
    :param root: the monolith's folder.
    :param name: of the new project; ``<module>-service`` by default.
    :raises LookupError: no such module is hosted.
    :raises ExtractionRefused: the project cannot be read, or other code of it reaches into the module.
    """
    module = module_named(module_name)
    name = name or f"{module_name.replace('_', '-')}-service"
    told = told_of(root)
    copied = set(_of_module(module_name, root=root)) | set(_framework(root)) | {root / each for each in told.carry}
    wiring = _wiring(root, copied=copied, others=_others(root, module_name))
    copied |= wiring | set(_released(wiring, root=root))
    if missing := sorted(str(path.relative_to(root)) for path in copied if not path.is_file()):
        raise ExtractionRefused(f"{', '.join(missing)}: named under [tool.seamline.extract] and not there.")
    requirements = _requirements(root, copied=copied)
    written = {
        **_templates(module, name=name, root=root, requirements=requirements, copied=copied),
        Path("docs/openapi.json"): openapi_of(module),
        Path("docs/asyncapi.json"): asyncapi_of(module),
        Path(LOCK): _lock(root, requirements=requirements),
    }
    return Extraction(
        module=module_name, name=name, copied=tuple(sorted(path.relative_to(root) for path in copied)), written=written
    )


def write(extraction: Extraction, *, root: Path, output: Path) -> None:
    """Write the repository.

    :param output: a folder that is empty or does not exist.
    :raises ExtractionRefused: it is neither.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise ExtractionRefused(f"{output} is not empty: give a folder that does not exist yet.")
    for path in extraction.copied:
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, output / path)
    for path, text in extraction.written.items():
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_text(text, encoding="utf-8")
        if text.startswith("#!"):
            (output / path).chmod(0o755)


def _others(root: Path, module: str) -> list[str]:
    return [
        f"{MODULES}.{file.parent.name}"
        for file in sorted(root.glob(f"{MODULES}/*/module.py"))
        if file.parent.name != module
    ]


def _all_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _IGNORED & set(path.parts) and path.suffix != ".pyc":
            yield path


def _of_module(module: str, *, root: Path) -> Iterator[Path]:
    yield root / MODULES / "__init__.py"
    yield from _all_below(root / MODULES / module)


def _framework(root: Path) -> Iterator[Path]:
    """The framework without its own tests, from where it is installed, if that is the project's folder."""
    folder = root / FRAMEWORK
    if not folder.is_dir():
        raise ExtractionRefused(f"{folder} is not there: 'carve extract' copies the framework from the project.")
    yield from (
        path
        for path in _all_below(folder)
        if "tests" not in path.relative_to(folder).parts and path.name != "conftest.py"
    )


def _wiring(root: Path, *, copied: set[Path], others: list[str]) -> set[Path]:
    """The project's files that settings, URLs and the module reach, and the contracts that all of those need."""
    roots = {path for path in copied if path.suffix == ".py" and path.is_relative_to(root / MODULES)}
    celery = getattr(settings, "SEAMLINE_CELERY_APP", "")
    for dotted in (
        settings.SETTINGS_MODULE,
        settings.ROOT_URLCONF,
        settings.WSGI_APPLICATION.rpartition(".")[0],
        celery,
    ):
        if dotted:
            roots.add(_file_of(dotted, root=root))
    for app in settings.INSTALLED_APPS:
        folder = root / app.replace(".", "/")
        if folder.is_dir() and not app.startswith((f"{MODULES}.", FRAMEWORK)):
            roots |= {folder / each for each in ("apps.py", "admin.py") if (folder / each).is_file()}
    packages = {path.parent.name for path in root.glob("*/__init__.py")} - {FRAMEWORK, "tests", "benchmarks"}
    found = sources.reachable(roots, project=root, packages=packages, without=others)
    return set(found)


def _file_of(dotted: str, *, root: Path) -> Path:
    spec = importlib.util.find_spec(dotted)
    if spec is None or spec.origin is None:
        raise ExtractionRefused(f"{dotted} of the settings cannot be found.")
    return root / Path(spec.origin).resolve().relative_to(root.resolve())


def _released(wiring: set[Path], *, root: Path) -> Iterator[Path]:
    """What was released of the contracts that go along."""
    folder = root / settings.SEAMLINE_CONTRACTS.replace(".", "/")
    names = {path.stem for path in wiring if path.parent == folder}
    for kind in ("released", "released_operations"):
        for path in _all_below(folder / kind) if (folder / kind).is_dir() else ():
            if path.relative_to(folder / kind).parts[0].partition(".")[0] in names:
                yield path


def _requirements(root: Path, *, copied: set[Path]) -> Requirements:
    every = [path for path in _all_below_packages(root) if path.suffix == ".py"]
    used = sources.third_party(path for path in copied if path.suffix == ".py")
    left = sources.third_party(path for path in every if path not in copied)
    told = read_requirements(root)
    imported = sources.imported(path for path in copied if path.suffix == ".py")
    return Requirements(
        runtime=needed(told.runtime, used=used, left=left),
        dev=needed(told.dev, used=used | TOOLS, left=left),
        extras={name: each for name, each in told.extras.items() if uses(each, used=imported)},
    )


def _all_below_packages(root: Path) -> Iterator[Path]:
    for folder in sorted({path.parent for path in root.glob("*/__init__.py")}):
        yield from _all_below(folder)


def _lock(root: Path, *, requirements: Requirements) -> str:
    return cut_lock(
        (root / LOCK).read_text(encoding="utf-8"),
        keep=[*requirements.runtime, *requirements.dev, *chain.from_iterable(requirements.extras.values())],
        head="# Written by 'manage.py carve extract' from the monolith's lock; 'make lock' renews it.\n",
    )


def _templates(
    module: Module, *, name: str, root: Path, requirements: Requirements, copied: set[Path]
) -> Mapping[Path, str]:
    contracts = root / settings.SEAMLINE_CONTRACTS.replace(".", "/")
    context: dict[str, Any] = {
        "module": module.name,
        "name": name,
        "owner": module.owner,
        "has_contract": module.contract is not None,
        "called": sorted(each.__module__.rpartition(".")[2] for each in module.calls),
        "contracts": sorted(path.stem for path in copied if path.parent == contracts and path.stem != "__init__"),
        "packages": sorted(
            {path.relative_to(root).parts[0] for path in copied if len(path.relative_to(root).parts) > 1}
        ),
        "checked": sorted(
            {path.relative_to(root).parts[0] for path in copied if path.suffix == ".py" and path.parent != root}
        ),
        "runtime": requirements.runtime,
        "extras": sorted({**requirements.extras, "dev": requirements.dev}.items()),
        "sections": carried_sections(root),
        "settings": settings.SETTINGS_MODULE,
        "database_variable": f"{module.name.upper()}_DATABASE_URL",
    }
    engine = Engine(autoescape=False)
    found = {}
    for path in _all_below(TEMPLATES):
        text = engine.from_string(path.read_text(encoding="utf-8")).render(Context(context, autoescape=False))
        found[_target_of(path.relative_to(TEMPLATES))] = text
    return found


def _target_of(template: Path) -> Path:
    """Where a template's text goes: no name here begins with a dot or is that of tests, which tools would take up."""
    parts = [
        "tests" if part == "own_tests" else f".{part.removeprefix('dot_')}" if part.startswith("dot_") else part
        for part in template.parts
    ]
    return Path(*parts).with_suffix("")
