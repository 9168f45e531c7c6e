"""Reading accounts and the rules of sign-in."""

from __future__ import annotations

from pingan.models import SecuritySettings


def security_settings() -> SecuritySettings:
    """The one row; its defaults where nobody has saved it yet."""
    return SecuritySettings.objects.first() or SecuritySettings(pk=1)
