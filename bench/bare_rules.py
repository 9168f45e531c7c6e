"""The rules of a scheme as SQL expressions: points, lines, grade and colour of one level."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db import connection

from assessments.enums import RuleShape
from assessments.ranking import BEST_FIRST, LOWERED
from assessments.scorelines import LevelRules
from assessments.scoring import Item
from assessments.shapes import COMPARING, OUTSIDE
from assessments.tables import LAST_YEAR, VETOES

MOST_PAIRS = 50  # names in one call: PostgreSQL takes a hundred arguments


def scored(source: str, node: Sequence[str], rules: LevelRules, facts: str) -> str:
    """One level's units with total, grade, colour, lines and counts, from the table `source`."""
    items = rules.items
    indexed = list(enumerate(items))
    bases = "".join(f", {base}" for place, item in indexed for base in _bases(item, place))
    raw = ", ".join(f"{_points(item, place)} AS p{place}" for place, item in indexed)
    points = ", ".join(f"{_restored(item, place)} AS i{place}" for place, item in indexed)
    inside = [place for place, item in indexed if item.shape not in OUTSIDE]
    outside = [place for place, item in indexed if item.shape in OUTSIDE]
    earned = " + ".join(zero(f"i{place}") for place in inside)
    possible = " + ".join(
        f"CASE WHEN i{place} IS NULL THEN 0 ELSE {items[place].points} END" for place in inside
    )
    extra = " + ".join(["0", *(zero(f"i{place}") for place in outside)])
    return f"""
SELECT {", ".join(node)}, total, grade, {_colour(rules)} AS colour, {_lines(items)} AS lines,
  {facts} AS facts
FROM (
  SELECT *, {_grade(rules)} AS grade FROM (
    SELECT *, {extra} + COALESCE({_floor("20000 * earned + possible", "2 * possible")}, 0) AS total
    FROM (
      SELECT *, {earned} AS earned, {possible} AS possible FROM (
        SELECT *, {points} FROM (
          SELECT *, {raw} FROM (
            SELECT *{bases} FROM {source} {fence()}
          ) a_{source} {fence()}
        ) b_{source} {fence()}
      ) c_{source} {fence()}
    ) d_{source} {fence()}
  ) e_{source} {fence()}
) f_{source}"""


def _floor(value: str, by: str) -> str:
    """Rounded down for a value below zero too; NULL where `by` is 0."""
    down = f"-(({by} - 1 - ({value})) / NULLIF({by}, 0))"
    return f"CASE WHEN earned < 0 THEN {down} ELSE ({value}) / NULLIF({by}, 0) END"


def column(name: str) -> str:
    """A count as a column: the names of indicators and of last year's counts hold points."""
    return f'"{name}"' if "." in name else name


def _divisor(item: Item) -> str:
    return str(item.denominator) if isinstance(item.denominator, int) else column(item.denominator)


def _applies(item: Item) -> str:
    needs = f" AND {column(item.needs)} <> 0" if item.needs else ""
    low = "" if isinstance(item.denominator, int) else f" AND {_divisor(item)} >= {item.minimum}"
    return f"{column(item.numerator)} IS NOT NULL{low}{needs}"


def _bases(item: Item, place: int) -> list[str]:
    """What the item is compared with, as the columns n<place> and d<place>; 0 where nothing."""
    if item.shape == RuleShape.MEAN:
        circle = "parent_id, peer_group" if item.of == "peers" else "county_id"
        parts = (column(item.numerator), _divisor(item))
        values = [
            f"SUM(CASE WHEN {_applies(item)} THEN {part} END) OVER (PARTITION BY {circle})"
            for part in parts
        ]
        known = _applies(item)
    elif item.shape == RuleShape.LAST_YEAR:
        divisor = item.denominator
        values = [
            column(f"{LAST_YEAR}{item.numerator}"),
            str(divisor) if isinstance(divisor, int) else column(f"{LAST_YEAR}{divisor}"),
        ]
        low = "" if isinstance(divisor, int) else f" AND {values[1]} >= {item.minimum}"
        known = f"{_applies(item)} AND {values[0]} IS NOT NULL{low}"
    else:
        return []
    return [
        f"CAST(CASE WHEN {known} THEN {value} ELSE 0 END AS bigint) AS {letter}{place}"
        for letter, value in zip("nd", values, strict=True)
    ]


def _points(item: Item, place: int) -> str:
    """Points of one item, NULL where it does not apply."""
    formulas: dict[RuleShape, Callable[[Item, int], str]] = {
        RuleShape.RATIO: _ratio,
        RuleShape.JUDGED: _ratio,
        RuleShape.INDEX: lambda item, place: (_bands if item.bands else _ratio)(item, place),
        RuleShape.MISSING: _missing,
        RuleShape.BANDS: _bands,
        RuleShape.EVENTS: _events,
        RuleShape.BONUS: lambda item, _place: least(
            str(item.points), f"{item.each} * {column(item.numerator)}"
        ),
        RuleShape.VETO: lambda _item, _place: "0",
        RuleShape.MEAN: _mean,
        RuleShape.LAST_YEAR: _last_year,
    }
    absent = [f"WHEN {column(item.numerator)} IS NULL THEN NULL"]
    if item.needs:
        absent.append(f"WHEN {column(item.needs)} = 0 THEN 0")
    if isinstance(item.denominator, str):
        absent.append(f"WHEN {_divisor(item)} < {item.minimum} THEN NULL")
    if item.shape in COMPARING:
        absent.append(f"WHEN d{place} = 0 THEN NULL")
    return f"CASE {' '.join(absent)} ELSE {formulas[item.shape](item, place)} END"


def _ratio(item: Item, _place: int) -> str:
    whole = _divisor(item)
    rounded = (
        f"(200 * {item.points} * {item.numerator} + {whole} * {item.target})"
        f" / (2 * {whole} * {item.target})"
    )
    return least(str(item.points), rounded)


def _missing(item: Item, _place: int) -> str:
    missing = greatest("0", f"{_divisor(item)} - {item.numerator}")
    return greatest("0", f"{item.points} - {item.each} * {missing}")


def _bands(item: Item, _place: int) -> str:
    reached = item.numerator if item.counted else f"100 * {item.numerator}"
    times = "" if item.counted else f" * {_divisor(item)}"
    bands = " ".join(
        f"WHEN {reached} >= {lowest}{times} THEN {points}" for lowest, points in item.bands
    )
    return f"CASE {bands} ELSE 0 END"


def _events(item: Item, _place: int) -> str:
    off = f"{item.each} * {item.numerator}"
    return f"{item.points} - {off if item.cap is None else least(str(item.cap), off)}"


def _mean(item: Item, place: int) -> str:
    numerator, whole = column(item.numerator), _divisor(item)
    sign = "" if item.rises else "-"
    gap = f"{sign}(100 * (n{place} * {whole} - {numerator} * d{place}))"
    is_count = isinstance(item.denominator, int)
    return _short(item, gap, f"{whole} * {greatest('1', f'n{place}') if is_count else f'd{place}'}")


def _last_year(item: Item, place: int) -> str:
    numerator, whole = column(item.numerator), _divisor(item)
    scale = f"{whole} * {greatest('1', f'n{place}')}"
    sign = "-" if item.rises else "+"
    rise = f"100 * ({numerator} * d{place} - n{place} * {whole})"
    return _short(item, f"{item.change} * {scale} {sign} {rise}", scale)


def _short(item: Item, gap: str, scale: str) -> str:
    if item.steps:
        steps = " ".join(
            f"WHEN {gap} > {beyond} * {scale} THEN {off}" for beyond, off in reversed(item.steps)
        )
        return f"{item.points} - CASE {steps} ELSE 0 END"
    beyond = greatest("0", f"({gap}) - {item.within} * {scale}")
    off = f"(2 * {item.each} * {beyond} + {scale}) / (2 * {scale})"
    return greatest("0", f"{item.points} - {off}")


def _restored(item: Item, place: int) -> str:
    """The points with what an upheld appeal gives back."""
    given = f'"restored.{item.code}"'
    back = least(str(item.points), f"p{place} + {given}")
    return f"CASE WHEN {given} IS NULL THEN p{place} ELSE {greatest(f'p{place}', back)} END"


def _lines(items: Sequence[Item]) -> str:
    return json_array(*(_line(item, place) for place, item in enumerate(items)))


def _line(item: Item, place: int) -> str:
    """As short as it can be: base and what was given back only where there is any."""
    numerator, whole = column(item.numerator), _divisor(item)
    if "." in item.numerator:  # may be absent
        whole = f"CASE WHEN {numerator} IS NULL THEN 0 ELSE {whole} END"
        numerator = zero(numerator)
    maximum = 0 if item.shape in OUTSIDE else item.points
    five = (f"'{item.code}'", f"i{place}", str(maximum), numerator, whole)
    is_compared = item.shape in COMPARING
    base = (f"n{place}", f"d{place}") if is_compared else ("0", "0")
    back = f"WHEN i{place} > p{place} THEN {json_array(*five, *base, f'i{place} - p{place}')}"
    seven = f"WHEN d{place} <> 0 THEN {json_array(*five, *base)}" if is_compared else ""
    return f"CASE {back} {seven} ELSE {json_array(*five)} END"


def _grade(rules: LevelRules) -> str:
    bands = " ".join(f"WHEN total >= {lowest} THEN '{name}'" for name, lowest in rules.grade_bands)
    text = f"CASE {bands} ELSE 'unqualified' END"
    for place, highest in rules.caps:
        better = BEST_FIRST[: BEST_FIRST.index(highest)]
        names = ", ".join(f"'{grade.value}'" for grade in better)
        count = column(rules.items[place].numerator)
        text = f"CASE WHEN {count} > 0 AND {text} IN ({names}) THEN '{highest}' ELSE {text} END"
    return f"CASE WHEN {VETOES} > 0 THEN 'unqualified' ELSE {text} END"


def _colour(rules: LevelRules) -> str:
    limit = rules.colour_rules["open_limit"]
    cases = " ".join(
        f"WHEN grade = '{grade}' AND open_matters >= {limit} THEN '{LOWERED[colour]}' "
        f"WHEN grade = '{grade}' THEN '{colour}'"
        for grade, colour in rules.colour_rules.items()
        if grade != "open_limit"
    )
    return f"CASE WHEN {VETOES} > 0 THEN 'red' {cases} END"


# --- what the two databases say differently ------------------------------------------------


def zero(value: str) -> str:
    return f"COALESCE({value}, 0)"


def least(*values: str) -> str:
    return f"{'LEAST' if is_postgresql() else 'MIN'}({', '.join(values)})"


def greatest(*values: str) -> str:
    return f"{'GREATEST' if is_postgresql() else 'MAX'}({', '.join(values)})"


def json_object(pairs: Sequence[tuple[str, str]]) -> str:
    """An object of (name, value), in pieces that a function takes."""
    pieces = [
        _object(pairs[start : start + MOST_PAIRS]) for start in range(0, len(pairs), MOST_PAIRS)
    ]
    return _joined(pieces)


def with_some(whole: str, pairs: Sequence[tuple[str, str]]) -> str:
    """The object with those of these names whose value is not NULL."""
    if not pairs:
        return whole
    if is_postgresql():
        return f"{whole} || jsonb_strip_nulls({_object(pairs)})"
    return f"json_patch({whole}, {_object(pairs)})"


def _object(pairs: Iterable[tuple[str, str]]) -> str:
    make = "jsonb_build_object" if is_postgresql() else "json_object"
    text = ", ".join(f"'{name}', {value}" for name, value in pairs)
    return f"{make}({text})"


def _joined(pieces: Sequence[str]) -> str:
    if is_postgresql():
        return " || ".join(pieces)
    text = pieces[0]
    for piece in pieces[1:]:
        text = f"json_patch({text}, {piece})"
    return text


def json_array(*values: str) -> str:
    return f"{'jsonb_build_array' if is_postgresql() else 'json_array'}({', '.join(values)})"


def fence() -> str:
    """Keeps the planner from writing an inner expression into every place that uses it: without
    it a grade is computed thousands of times a row, and the yardstick would be slower than need be.
    """
    return "OFFSET 0" if is_postgresql() else "LIMIT -1 OFFSET 0"


def is_postgresql() -> bool:
    return connection.vendor == "postgresql"
