"""Paths below ``/api/v1/recommendations/``."""

from django.urls import path

from modules.recommendations.api import views

urlpatterns = [
    path("also-bought/<str:sku>/", views.AlsoBought.as_view(), name="recommendations-also-bought"),
    path("for-basket/", views.ForBasket.as_view(), name="recommendations-for-basket"),
    path("for-me/", views.ForMe.as_view(), name="recommendations-for-me"),
]
