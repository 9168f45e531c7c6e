"""What is to be printed: whose forms, which, blank or filled."""

from __future__ import annotations

from typing import Any

from django import forms

from campaigns.enums import Activity
from campaigns.selectors.paper import PAPER_FORMS

BLANK, FILLED = "blank", "filled"


class PaperForm(forms.Form):
    """Never an error page: what cannot be read is as good as not chosen."""

    unit = forms.TypedChoiceField(label="单位", coerce=int, empty_value=None, required=False)
    activity = forms.MultipleChoiceField(
        label="表",
        choices=[(activity.value, activity.label) for activity in PAPER_FORMS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    content = forms.ChoiceField(
        label="内容",
        choices=[(BLANK, "空表"), (FILLED, "印上已填的内容")],
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = [("", "以下全部单位"), *units]

    @property
    def activities(self) -> list[Activity]:
        """The chosen forms; all of them where none was chosen."""
        chosen = self.cleaned_data.get("activity") or [each.value for each in PAPER_FORMS]
        return [Activity(name) for name in chosen]


class CodeForm(forms.Form):
    """The code printed on a form, typed where there is no camera."""

    code = forms.CharField(label="表上的编号", max_length=40)
