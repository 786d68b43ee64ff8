"""``python -m seamline.carve.extraction.write_documents MODULE FOLDER``: OpenAPI and AsyncAPI, made anew."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(module: str, folder: Path) -> None:
    """Write both documents."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    import django

    django.setup()
    from seamline.carve.extraction.documents import asyncapi_of, openapi_of
    from seamline.modules import module_named

    (folder / "openapi.json").write_text(openapi_of(module_named(module)), encoding="utf-8")
    (folder / "asyncapi.json").write_text(asyncapi_of(module_named(module)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
