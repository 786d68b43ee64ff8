"""The gateway's routes as configuration of proxies that are there already: nginx, Envoy, Kubernetes' HTTPRoute."""

from seamline.gateway.export.envoy import envoy
from seamline.gateway.export.kubernetes import kubernetes
from seamline.gateway.export.nginx import nginx
from seamline.gateway.export.table import Table, table_of

__all__ = ["Table", "envoy", "kubernetes", "nginx", "table_of"]
