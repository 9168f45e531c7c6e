"""What is typed at the month desk."""

from __future__ import annotations

from django import forms


class ReopenForm(forms.Form):
    """Why a closed month is opened again."""

    reason = forms.CharField(label="重开原因", max_length=200)
