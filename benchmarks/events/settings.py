"""Django's settings of the benchmark: those of the deployable, with two small modules instead of the shop's."""

from project.settings import *  # noqa: F403
from project.settings import DATABASE_URL, SEAMLINE_SECRET
from seamline.data.databases import databases

DEBUG = False
DATABASES = databases(url=DATABASE_URL, modules=("bench_shop", "bench_ledger"), secret=SEAMLINE_SECRET)
INSTALLED_APPS = ["seamline", "benchmarks.events.apps.BenchmarkConfig"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "benchmarks.events.settings"
urlpatterns: list[object] = []
SEAMLINE_CELERY_APP = "benchmarks.events.contenders.ours_bus"
