"""Pictures of products. A picture depends on its address alone, so browsers keep it for a year."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from modules.storefront.art import draw


@require_safe
def art(request: HttpRequest, name: str) -> HttpResponse:
    """The picture ``<motif>-<palette>-<pattern>-<variant>``."""
    try:
        motif, palette, pattern, variant = name.split("-")
        drawing = draw(motif=motif, palette=palette, pattern=pattern, variant=int(variant))
    except (ValueError, LookupError) as error:
        raise Http404(f"There is no picture {name!r}.") from error
    response = HttpResponse(drawing, content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
