from django.apps import AppConfig


class PinganConfig(AppConfig):
    name = "pingan"
    verbose_name = "内核"
