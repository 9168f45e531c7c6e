from django.apps import AppConfig

import pingan.celery  # noqa: F401 - the web process sends its jobs through this application


class PinganConfig(AppConfig):
    name = "pingan"
    verbose_name = "内核"
