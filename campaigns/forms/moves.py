"""The confirmation of a move of a return."""

from __future__ import annotations

from django import forms

from campaigns.forms.fields import DayField, LineField

LONGEST_REASON = 300


class MoveForm(forms.Form):
    """`version` is what the person saw; `confirmed` is 仍要上报."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(label="仍要上报", required=False)
    reason = LineField(label="退回原因", longest=LONGEST_REASON, rows=3)


class ExtensionForm(forms.Form):
    until = DayField(label="延至", required=True)
    reason = LineField(label="延期原因", longest=200)


class ReasonForm(forms.Form):
    """A reason for a request or for a decision; the service says when it is missing."""

    reason = LineField(label="原因", longest=200, rows=3)
