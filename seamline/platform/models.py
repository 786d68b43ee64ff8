"""No rows: what permissions about the platform itself hang on, as Django ties each permission to a model."""

from __future__ import annotations

from django.db import models


class Control(models.Model):
    """The run-time control of calls; rooms of the framework read and write its tables by SQL."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [("control_calls", "Can force breakers, override policies and inject faults")]
        verbose_name = verbose_name_plural = "control of calls"


class Placement(models.Model):
    """Which deployable serves each module; ``seamline.placement`` reads and writes its tables by SQL."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [("place_modules", "Can have modules served by services")]
        verbose_name = verbose_name_plural = "placement of modules"
