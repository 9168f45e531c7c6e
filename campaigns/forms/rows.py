"""A table of rows of one form: errors name the row, blank rows count for nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

PREFIX = "rows"
MOST_ROWS = 200


class RowForm(forms.Form):
    """One row. `content` makes it count; `needed` must then be filled, too."""

    content: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()

    def __init__(self, *args: Any, row_label: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row_label = row_label
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{row_label} {field.label}".strip()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.is_blank:
            return data
        for name in self.needed:
            if name not in self.errors and data.get(name) in (None, ""):
                self.add_error(name, f"请填{self.fields[name].label}。")
        if not self.errors:
            self.check()
        return data

    def check(self) -> None:
        """Rules between the fields of a row that is not blank and has no error yet."""

    @property
    def is_blank(self) -> bool:
        """Whether nothing of weight was typed (an error counts as something)."""
        return not any(
            name in self.errors or self.cleaned_data.get(name) not in (None, "")
            for name in self.content
        )

    def row(self) -> dict[str, Any]:
        """The values to be saved."""
        return dict(self.cleaned_data)


class BaseRowSet(forms.BaseFormSet):
    """The table. `labels` name the rows; with `is_fixed` their number is the table's own."""

    def __init__(
        self,
        *args: Any,
        labels: Sequence[str] = (),
        is_fixed: bool = True,
        row_options: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.labels, self.is_fixed = labels, is_fixed
        self.row_options = dict(row_options or {})
        kwargs["prefix"] = kwargs.get("prefix") or PREFIX
        super().__init__(*args, **kwargs)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**self.row_options, "row_label": self.label(index or 0)}

    def label(self, index: int) -> str:
        return self.labels[index] if index < len(self.labels) else f"第{index + 1}行"

    def clean(self) -> None:
        if self.is_fixed and self.total_form_count() != len(self.labels):
            raise ValidationError("表格不完整，没有保存。请刷新页面再填。")

    def problems(self) -> list[str]:
        """Every error as a sentence that names row and field."""
        found = [str(error) for error in self.non_form_errors()]
        for form in self.forms:
            for name, errors in form.errors.items():
                field = "" if name == "__all__" else f" {form.fields[name].label}"
                found += [f"{form.row_label}{field}：{error}" for error in errors]
        return found


def row_set(form_class: type[RowForm]) -> type[BaseRowSet]:
    """The table class of a row form."""
    made = forms.formset_factory(
        form_class,
        formset=BaseRowSet,
        extra=0,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS,
        validate_max=True,
    )
    return cast(type[BaseRowSet], made)


def typed_rows(
    form_class: type[RowForm], data: QueryDict, prefix: str = PREFIX
) -> list[dict[str, str]]:
    """What was typed, unread: to show it again, filled further or after a refusal."""
    try:
        count = min(int(data.get(f"{prefix}-TOTAL_FORMS", "0")), MOST_ROWS)
    except ValueError:
        count = 0
    names = list(form_class.base_fields)
    return [
        {name: data.get(f"{prefix}-{index}-{name}", "") for name in names} for index in range(count)
    ]
