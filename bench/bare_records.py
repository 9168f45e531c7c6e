"""Ratings, rectification, vetoes, indicators and last year's counts as SQL."""

from __future__ import annotations

from collections.abc import Sequence

from assessments.tables import INDICATOR, LAST_YEAR
from bench.bare_rules import is_postgresql
from pingan.months import Month

INDICATORS = (INDICATOR, LAST_YEAR + INDICATOR)


def on(month: Month, table: str) -> str:
    day = month.last_day.isoformat()
    is_open = f"({table}.valid_to IS NULL OR {table}.valid_to > '{day}')"
    return f"{table}.valid_from <= '{day}' AND {is_open}"


def sum_of(name: str) -> str:
    """PostgreSQL sums big integers to numeric; the rules divide integers."""
    return f"CAST(COALESCE(SUM({name}), 0) AS bigint)"


def summed(loose: Sequence[str]) -> list[str]:
    """Loose counts that a 口 sums up; last year's counts are those of its own card."""
    return [name for name in loose if name.startswith(INDICATORS)]


def extra_records(month: Month) -> str:
    """Ratings, notices, problems, vetoes and the groups of peers."""
    number, first, last = int(month), month.first_day.isoformat(), month.last_day.isoformat()
    kinds = (
        "CROSS JOIN LATERAL jsonb_array_elements_text(p.unit_kinds) AS k(value)"
        if is_postgresql()
        else "CROSS JOIN json_each(p.unit_kinds) k"
    )
    return f"""
rated AS MATERIALIZED (
  SELECT unit_id, {sum_of("points_given")} AS given, {sum_of("points_possible")} AS possible
  FROM assessments_leaderrating WHERE month = {number} GROUP BY unit_id
),
noticed AS MATERIALIZED (
  SELECT unit_id, count(*) AS due, count(*) FILTER (WHERE closed_on <= '{last}') AS closed
  FROM assessments_rectificationnotice
  WHERE recheck_on >= '{first}' AND recheck_on <= '{last}'
    AND state IN ('signed', 'replied', 'closed', 'again') GROUP BY unit_id
),
troubled AS MATERIALIZED (
  SELECT unit_id, count(*) AS open,
    count(*) FILTER (WHERE found_on <= '{month.previous.last_day.isoformat()}') AS lasting
  FROM assessments_problem
  WHERE found_on <= '{last}' AND (solved_on IS NULL OR solved_on > '{last}') GROUP BY unit_id
),
vetoed AS MATERIALIZED (
  SELECT unit_id, count(*) AS vetoes FROM assessments_veto
  WHERE state IN ('decided', 'lifted') AND starts_on <= '{last}' AND ends_on > '{last}'
    AND (lifted_on IS NULL OR lifted_on > '{last}') GROUP BY unit_id
),
grouped_kinds AS MATERIALIZED (
  SELECT p.county_id, p.level, p.name, k.value AS kind FROM assessments_peergroup p {kinds}
  WHERE {on(month, "p")}
)"""


def loose_counts(month: Month, names: Sequence[str]) -> str:
    """Indicators of this month and last year's, and last year's counts: a column each."""
    if not names:
        return "loose AS (SELECT -1 AS loose_unit)"
    before = month.shift(-12)
    columns = []
    for name in names:
        code = name.removeprefix(LAST_YEAR)
        if code.startswith(INDICATOR):
            day = (before if name.startswith(LAST_YEAR) else month).first_day.isoformat()
            wanted = f"code = '{code.removeprefix(INDICATOR)}' AND starts_on = '{day}'"
            columns.append(f'MAX(number) FILTER (WHERE {wanted}) AS "{name}"')
        else:
            columns.append(f'MAX({code}) AS "{name}"')
    kept = [name.removeprefix(LAST_YEAR) for name in names if not name.startswith(INDICATORS)]
    texts = "".join(f", CAST(c.facts ->> '{name}' AS bigint) AS {name}" for name in kept)
    nothing = "".join(f", CAST(NULL AS bigint) AS {name}" for name in kept)
    return f"""
loose AS MATERIALIZED (
  SELECT unit_id AS loose_unit, {", ".join(columns)} FROM (
    SELECT r.unit_id, i.code, CAST(r.starts_on AS text) AS starts_on, v.number{nothing}
    FROM campaigns_indicatorvalue v
    JOIN campaigns_indicatorreport r ON r.id = v.report_id AND r.state = 'accepted'
      AND r.starts_on IN ('{month.first_day.isoformat()}', '{before.first_day.isoformat()}')
      AND r.ends_on IN ('{month.last_day.isoformat()}', '{before.last_day.isoformat()}')
    JOIN campaigns_indicator i ON i.id = v.indicator_id WHERE v.answer = 'counted'
    UNION ALL
    SELECT c.unit_id, NULL, NULL, NULL{texts} FROM assessments_scorecard c
    JOIN assessments_edition e ON e.id = c.edition_id AND e.is_current AND e.month = c.month
    WHERE c.month = {int(before)}
  ) every GROUP BY unit_id
)"""


def given_back(month: Month, codes: Sequence[str]) -> str:
    """What upheld appeals give back, a column for every item."""
    points = ", ".join(
        f"SUM(restored) FILTER (WHERE item_code = '{code}') AS \"restored.{code}\""
        for code in codes
    )
    return f"""
given AS MATERIALIZED (
  SELECT unit_id AS given_to, {points} FROM assessments_appeal
  WHERE month = {int(month)} AND state = 'upheld' AND restored > 0 GROUP BY unit_id
)"""
