"""Model fields of the kernel: a month stored as an integer, and a tree path compared by bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from pingan.months import InvalidMonth, Month
from pingan.privacy import Sealed

if TYPE_CHECKING:
    from pingan.models import User

ID_WIDTH = 8
PATH_LENGTH = ID_WIDTH * 8


class MonthFormField(forms.CharField):
    """Text such as 2026-09 to a `Month`."""

    widget = forms.TextInput(attrs={"type": "month", "placeholder": "2026-09"})

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, Month):
            return value or None
        try:
            return Month.parse(str(value))
        except InvalidMonth as error:
            raise ValidationError(str(error), code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Month) else value


class MonthField(models.Field):
    """A `Month`, stored as the integer 202609: sorts, ranges and indexes as a number does."""

    description = "月份"

    def get_internal_type(self) -> str:
        return "IntegerField"

    def from_db_value(self, value: int | None, *_args: Any) -> Month | None:
        return None if value is None else Month.from_int(value)

    def to_python(self, value: Any) -> Month | None:
        if value is None or isinstance(value, Month):
            return value
        try:
            return Month.from_int(value) if isinstance(value, int) else Month.parse(str(value))
        except InvalidMonth as error:
            raise ValidationError(str(error), code="invalid") from error

    def get_prep_value(self, value: Any) -> int | None:
        month = self.to_python(super().get_prep_value(value))
        return None if month is None else int(month)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(form_class=MonthFormField, **kwargs)


class PathField(models.CharField):
    """Fixed-width ids from the root down: 0000000100000017. Descendants are one byte range.

    PostgreSQL compares it in the C collation, so that the range uses a plain index.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", PATH_LENGTH)
        super().__init__(*args, **kwargs)

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        plain = super().db_type(connection)
        return f'{plain} COLLATE "C"' if connection.vendor == "postgresql" else plain


if TYPE_CHECKING:
    _SealedBase = models.Field[Sealed, Sealed]
else:
    _SealedBase = models.Field


class SealedField(_SealedBase):
    """A `Sealed` text: the column holds the token alone, assigning a plain string is an error."""

    description = "加密文本"

    def get_internal_type(self) -> str:
        return "TextField"

    def from_db_value(self, value: str | None, *_args: Any) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Sealed | None:
        if value is None or isinstance(value, Sealed):
            return value
        raise TypeError("A sealed field takes Sealed.of(text), never a plain text.")

    def get_prep_value(self, value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError("A sealed field takes Sealed.of(text), never a plain text.")
        return value.token

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)) or "")


def person_field(verbose_name: str) -> models.ForeignKey[User | None, User | None]:
    """Who did it; empty: the system itself. An account that did something is never deleted."""
    return models.ForeignKey(
        "pingan.User",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=verbose_name,
    )


def path_segment(unit_id: int) -> str:
    """One unit's part of a path: its id, zero-filled."""
    return f"{unit_id:0{ID_WIDTH}d}"


def path_end(path: str) -> str:
    """The first path behind every descendant of `path` (digits sort below ':')."""
    return path + ":"
