"""What is written about places and things: never a person's name, unless it is none."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from campaigns.forms.person_names import person_name_in


class NamelessForm(forms.Form):
    """Points at what looks like a person's name in `texts`; the writer has the last word."""

    texts: tuple[str, ...] = ()

    version = forms.IntegerField(widget=forms.HiddenInput)
    not_name = forms.BooleanField(
        label="上面指出的不是人名", required=False, widget=forms.HiddenInput
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("not_name"):
            self._ask_again()
            return values
        for name in self.texts:
            found = person_name_in(values.get(name) or "")
            if found:
                self._ask_again()
                self.add_error(
                    name,
                    f"“{found}”像是人名。请写地点、事情或职务，不写人名；"
                    "确实不是人名的，勾选下面一项再提交。",
                )
        return values

    def _ask_again(self) -> None:
        self.fields["not_name"].widget = forms.CheckboxInput()

    def renewed(self, version: int) -> None:
        """What was typed stays, on top of the version that is saved now."""
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data[self.add_prefix("version")] = str(version)
        self.data = data


def text(label: str, longest: int, *, rows: int = 0, **kwargs: Any) -> forms.CharField:
    """A line, or a box of so many rows."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=widget,
        error_messages={
            "required": f"请填{label}。",
            "max_length": f"请写在{longest}字以内。",
        },
        **kwargs,
    )


class ReasonForm(NamelessForm):
    """Why something is taken back."""

    texts = ("reason",)
    reason = text("原因", 200)
