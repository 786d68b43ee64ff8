"""Which modules run as which processes of one installation, and starting, exporting and waiting for them."""

from seamline.split.plan import Deployable, Plan, WrongSplit, plan_of

__all__ = ["Deployable", "Plan", "WrongSplit", "plan_of"]
