"""The manifest of recommendations: what customers who bought this product also bought."""

from contracts.recommendations import Recommendations
from seamline.modules import Module

module = Module(
    name="recommendations",
    owner="shop",
    contract=Recommendations,
    implementation="modules.recommendations.service:RecommendationsService",
    urls="modules.recommendations.api.urls",
)
