"""Slips: a batch keyed from paper, an order of tickets, and the citizen's own three answers."""

from __future__ import annotations

from typing import Any

from django import forms

from campaigns.enums import SLIP_STEP_COUNT, SLIP_STEPS, SlipQuestion
from campaigns.forms.fields import CountField, DayField, LineField
from campaigns.forms.rows import RowForm

LONGEST_PRINTED_PLACE = 20


class SlipRow(RowForm):
    """One paper slip: a step from 1 to 4 for each question."""

    content = tuple(SlipQuestion.values)
    needed = content

    order_good = CountField(label="治安状况", largest=SLIP_STEP_COUNT)
    feels_safe = CountField(label="安全感", largest=SLIP_STEP_COUNT)
    satisfied = CountField(label="满意度", largest=SLIP_STEP_COUNT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs |= {"maxlength": "1", "data-step": str(SLIP_STEP_COUNT)}

    def check(self) -> None:
        for name in self.content:
            if self.cleaned_data[name] < 1:
                self.add_error(name, f"请填1到{SLIP_STEP_COUNT}。")

    @property
    def slip(self) -> tuple[int, int, int]:
        first, second, third = (int(self.cleaned_data[name]) for name in self.content)
        return (first, second, third)


def _demand(field: forms.Field, sentence: str) -> None:
    """Our fields are optional by nature, being cells of a table: these stand alone."""
    field.required = True
    field.error_messages["required"] = sentence


class PlaceForm(forms.Form):
    """Which unit, where: the choices of `unit` are those whose survey this person takes."""

    unit = forms.TypedChoiceField(
        label="被测评单位", coerce=int, error_messages={"required": "请选择被测评单位。"}
    )
    place = LineField(label="地点", longest=40)

    def __init__(self, *args: Any, units: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)
        unit.choices = [("", "请选择"), *units]
        self.fields["place"].widget.attrs["list"] = "slip-places"
        _demand(self.fields["place"], "请填测评地点，如“集贸市场”。")
        unit.error_messages["invalid_choice"] = "这个单位的测评不由您录入。"


class BatchForm(PlaceForm):
    """The head of a batch; `batch` tells a form that was sent twice."""

    on = DayField(label="测评日期", required=True, error_messages={"required": "请填测评日期。"})
    batch = forms.RegexField(r"^[0-9a-f]{16}$", widget=forms.HiddenInput)


class TicketForm(PlaceForm):
    """An order of printed tickets. A slip has room for a short place only."""

    place = LineField(label="地点", longest=LONGEST_PRINTED_PLACE)
    number = CountField(label="张数", largest=200)
    expires_on = DayField(
        label="有效期至", required=True, error_messages={"required": "请填有效期。"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _demand(self.fields["number"], "请填要印多少张。")


class BallotForm(PlaceForm):
    """Blank paper slips; the place may be left to the pen."""

    place = LineField(label="地点（可空）", longest=LONGEST_PRINTED_PLACE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].required = False


class VoidForm(forms.Form):
    """Tickets of one place that are to be taken back."""

    unit = forms.IntegerField()
    place = LineField(label="地点", longest=40)
    expires_on = DayField(label="有效期至", required=True)


class AnswerForm(forms.Form):
    """What a citizen sees: three questions, four steps each, nothing else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in SlipQuestion:
            self.fields[question.value] = forms.TypedChoiceField(
                label=question.label,
                choices=list(enumerate(SLIP_STEPS[question], start=1)),
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={"required": "这一问还没有选。", "invalid_choice": "请重新选择。"},
            )

    @property
    def slip(self) -> tuple[int, int, int]:
        first, second, third = (self.cleaned_data[question.value] for question in SlipQuestion)
        return (first, second, third)
