"""The confirmation of a move of a return."""

from __future__ import annotations

from django import forms

from campaigns.forms.fields import LineField

LONGEST_REASON = 300


class MoveForm(forms.Form):
    """`version` is what the person saw; `confirmed` is 仍要上报."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label="仍要上报", required=False)
    reason = LineField(label="退回原因", longest=LONGEST_REASON, rows=3)
