"""Path converter: `<month:month>` in an address is a `Month` in the view.

Importing this module registers it; every `urls.py` that uses it imports it.
"""

from django.urls import register_converter

from pingan.months import InvalidMonth, Month


class MonthConverter:
    regex = r"\d{4}-\d{2}"

    def to_python(self, value: str) -> Month:
        try:
            return Month.parse(value)
        except InvalidMonth as error:
            raise ValueError(str(error)) from error

    def to_url(self, value: Month | str) -> str:
        return str(value)


register_converter(MonthConverter, "month")
