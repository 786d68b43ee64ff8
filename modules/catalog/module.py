"""The manifest of catalog: products, prices, categories and search."""

from contracts.catalog import Catalog
from seamline.modules import Module

module = Module(
    name="catalog",
    owner="assortment",
    contract=Catalog,
    implementation="modules.catalog.service:CatalogService",
    urls="modules.catalog.api.urls",
    extensions=("pg_trgm",),
)
