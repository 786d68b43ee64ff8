"""The URLs of the deployable: every hosted module's API below its name, the docs, the admin, and the shop."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from project import error_pages
from project.health import live, ready
from seamline.carve.versions.answering import surface
from seamline.eventsourcing.api import ledger_urls
from seamline.fallback.urls import elsewhere
from seamline.identity.views import identity
from seamline.metrics.views import EventStateView, metrics
from seamline.modules import hosted_modules

handler404 = "project.error_pages.not_found"
handler500 = "project.error_pages.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="api-docs"),
    path("api/events/", include("seamline.schemas.urls")),
    path("health/live", live, name="live"),
    path("health/ready", ready, name="ready"),
    path("internal/feeds/", include("seamline.events.feed_api.urls")),
    path("internal/registry/", include("seamline.discovery.urls")),
    path("internal/control/", include("seamline.control.internal_urls")),
    path("internal/identity", identity, name="identity"),
    path("internal/surface/<str:module>", surface, name="surface"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/operations/", include("seamline.control.api.urls")),
    path("api/v1/operations/", include("seamline.placement.api.urls")),
    path("api/v1/operations/events", EventStateView.as_view(), name="event-state"),
    *(path(f"api/v1/{module.name}/ledger/", include(ledger_urls(module))) for module in hosted_modules()),
    *(path(f"api/v1/{module.name}/", include(module.urls)) for module in hosted_modules() if module.urls),
]
if settings.SEAMLINE_DOOR:
    if "customers" not in settings.HOSTED:
        urlpatterns.append(path("api/v1/customers/", include("modules.customers.api.session_urls")))
    urlpatterns.extend(elsewhere(name for name in settings.MODULES if name not in settings.HOSTED))
urlpatterns.append(re_path("^api/", error_pages.nothing_served))
if "storefront" in settings.HOSTED:
    urlpatterns.append(path("", include("modules.storefront.urls")))
