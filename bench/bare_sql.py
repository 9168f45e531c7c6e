"""The yardstick: the same counts, rules, ranks and stored rows in one SQL statement.

Made from the same rules as the close scores with, for PostgreSQL and SQLite. It writes the same
rows to the same table under the same constraints, explained lines and counts as JSON included;
it has no lock, no hash, no trail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import connection

from assessments.enums import RuleShape
from assessments.ranking import LOWERED
from assessments.scorelines import LevelRules
from assessments.scoring import Item
from assessments.selectors.facts import GROUP_FACTS, SCORED_LEVELS, UNIT_FACTS
from assessments.services.closing import COLUMNS
from pingan.calendars import key_dates
from pingan.enums import REPORTING_LEVELS, Level
from pingan.months import Month

AREA_FACTS = (
    *("area_found", "area_solved", "villages_expected", "villages_received", "villages_on_time"),
)
NODE = ("county_id", "unit_id", "parent_id", "level", "code", "name", "position")


def close_statement(month: Month, rules: Mapping[int, LevelRules], markets: Sequence[str]) -> str:
    """INSERT … SELECT of every scorecard of the month, into the editions that are there."""
    levels = [level for level in SCORED_LEVELS if level in rules]
    scored = "\nUNION ALL ".join(_scored(level, rules[level]) for level in levels)
    return f"""
INSERT INTO assessments_scorecard ({", ".join(COLUMNS)})
WITH {_counts(month, markets)},
scored AS ({scored}),
placed AS MATERIALIZED (
  SELECT *, rank() OVER (PARTITION BY parent_id, level ORDER BY total DESC) AS place,
    count(*) OVER (PARTITION BY parent_id, level) AS peers,
    count(*) OVER (PARTITION BY parent_id, level, total) > 1 AS is_tied
  FROM scored
),
earlier AS MATERIALIZED (
  SELECT c.unit_id, c.parent_id, c.rank AS place FROM assessments_scorecard c
  JOIN assessments_edition e ON e.id = c.edition_id AND e.is_current AND e.month = c.month
  WHERE c.month = {int(month.previous)}
)
SELECT e.id, {int(month)}, p.unit_id, p.parent_id, above.code, above.name, p.level, p.code,
  p.name, p.position, p.total, p.place, p.peers, p.is_tied, b.place, p.grade, p.colour,
  p.lines, p.facts
FROM placed p
JOIN assessments_edition e ON e.county_id = p.county_id AND e.month = {int(month)} AND e.is_current
JOIN pingan_unitversion above ON above.unit_id = p.parent_id AND {_on(month, "above")}
LEFT JOIN earlier b ON b.unit_id = p.unit_id AND b.parent_id = p.parent_id
"""


def _on(month: Month, table: str) -> str:
    day = month.last_day.isoformat()
    is_open = f"({table}.valid_to IS NULL OR {table}.valid_to > '{day}')"
    return f"{table}.valid_from <= '{day}' AND {is_open}"


def _counts(month: Month, markets: Sequence[str]) -> str:
    """The common table expressions up to one table of counts a level."""
    return f"""
{_records(month)},
markets (market, days) AS (VALUES {
        ", ".join(f"('{market}', {len(key_dates(month, market))})" for market in {"", *markets})
    }),
tree AS MATERIALIZED (
  SELECT v.county_id, v.unit_id, v.parent_id, v.level, v.code, v.name, v.position,
    COALESCE(NULLIF(u.market_days, ''), a.market_days, '') AS market
  FROM pingan_unitversion v
  JOIN pingan_unit u ON u.id = v.unit_id
  LEFT JOIN pingan_unit a ON a.id = v.parent_id
  WHERE {_on(month, "v")} AND v.is_scored
    AND v.level IN ({", ".join(str(int(level)) for level in SCORED_LEVELS)})
),
own AS MATERIALIZED (
  SELECT {", ".join(f"t.{name}" for name in NODE)}, {_own_facts(month)}
  FROM tree t
  JOIN markets m ON m.market = t.market
  LEFT JOIN returned r ON r.unit_id = t.unit_id
  LEFT JOIN educated d ON d.unit_id = t.unit_id
  LEFT JOIN met ON met.unit_id = t.unit_id
  LEFT JOIN swept s ON s.unit_id = t.unit_id
  LEFT JOIN surveyed y ON y.unit_id = t.unit_id
  LEFT JOIN inspected i ON i.unit_id = t.unit_id
  WHERE t.level <> {int(Level.GROUP)}
),
area AS MATERIALIZED (
  SELECT parent_id AS above_id, {_sum("matters_found")} AS found,
    {_sum("matters_solved")} AS solved, count(*) AS villages,
    {_sum("returns_received")} AS received, {_sum("returns_on_time")} AS on_time
  FROM own WHERE level = {int(Level.VILLAGE)} GROUP BY parent_id
),
parts AS MATERIALIZED (
  SELECT parent_id AS above_id, {", ".join(f"{_sum(name)} AS part_{name}" for name in UNIT_FACTS)}
  FROM own WHERE level = {int(Level.DEPARTMENT)} GROUP BY parent_id
),
{_level_tables(month)}"""


def _sum(name: str) -> str:
    """PostgreSQL sums big integers to numeric; the rules divide integers."""
    return f"CAST(COALESCE(SUM({name}), 0) AS bigint)"


def _sum_of_things(name: str) -> str:
    """Counts of persons are reported and never scored."""
    return f"CAST(COALESCE(SUM({name}) FILTER (WHERE NOT c.touches_persons), 0) AS bigint)"


def _records(month: Month) -> str:
    """Sums of every kind of record by unit, accepted returns only."""
    number = int(month)
    accepted = (
        "JOIN campaigns_monthlyreturn r ON r.id = x.monthly_return_id "
        f"AND r.month = {number} AND r.state = 'accepted' WHERE x.month = {number} "
        "GROUP BY r.unit_id"
    )
    kinds = "count(*) FILTER (WHERE x.kind = '{}')"
    on_foot = "(d.day_heads > 0 OR d.night_heads > 0)"
    solved = ", ".join(
        f"{_sum_of_things(f'x.solved_in_{level}')} AS solved_in_{level}"
        for level in ("group", "village", "township", "county")
    )
    votes = ", ".join(
        f"{_sum(name)} AS {name}" for name in ("slips", "order_good", "feels_safe", "satisfied")
    )
    return f"""
returned AS MATERIALIZED (
  SELECT r.unit_id, CASE WHEN r.is_on_time THEN 1 ELSE 0 END AS on_time,
    count(d.id) FILTER (WHERE d.day_heads > 0) AS days,
    count(d.id) FILTER (WHERE d.night_heads > 0) AS nights,
    count(d.id) FILTER (WHERE {on_foot} AND d.is_key_day) AS key_days,
    {_sum("d.day_heads")} + {_sum("d.night_heads")} AS heads
  FROM campaigns_monthlyreturn r
  LEFT JOIN campaigns_patrol d ON d.monthly_return_id = r.id AND d.month = {number}
  WHERE r.month = {number} AND r.state = 'accepted' GROUP BY r.unit_id, r.is_on_time
),
educated AS MATERIALIZED (
  SELECT r.unit_id, {kinds.format("broadcast")} AS broadcasts, {kinds.format("column")} AS columns,
    count(*) AS sessions, {_sum("x.audience")} AS audience
  FROM campaigns_education x {accepted}
),
met AS MATERIALIZED (
  SELECT r.unit_id, {kinds.format("work")} AS work, {kinds.format("appraisal")} AS appraisal,
    count(*) AS meetings
  FROM campaigns_meeting x {accepted}
),
swept AS MATERIALIZED (
  SELECT r.unit_id, count(*) AS answers, {_sum_of_things("x.found")} AS found, {solved}
  FROM campaigns_sweep x JOIN campaigns_sweepcategory c ON c.id = x.category_id {accepted}
),
grouped AS MATERIALIZED (
  SELECT x.group_id AS unit_id, {_sum("x.patrol_nights")} AS nights, {_sum("x.briefs")} AS briefs,
    {_sum("x.found")} AS found, {_sum("x.solved")} AS solved, {_sum("x.appraisal")} AS given,
    100 * count(x.appraisal) AS possible
  FROM campaigns_grouprecord x {accepted.replace("BY r.unit_id", "BY x.group_id")}
),
surveyed AS MATERIALIZED (
  SELECT unit_id, {votes} FROM campaigns_survey WHERE month = {number} GROUP BY unit_id
),
inspected AS MATERIALIZED (
  SELECT unit_id, {_sum("points_given")} AS given, {_sum("points_possible")} AS possible
  FROM assessments_inspection WHERE month = {number} GROUP BY unit_id
),
categories AS MATERIALIZED (
  SELECT count(*) AS expected FROM campaigns_sweepcategory WHERE county_id IS NULL AND is_active
)"""


def _own_facts(month: Month) -> str:
    levels = ", ".join(str(int(level)) for level in REPORTING_LEVELS)

    def expected(value: str) -> str:
        return f"CASE WHEN t.level IN ({levels}) THEN {value} ELSE 0 END"

    solved = [f"s.solved_in_{level}" for level in ("group", "village", "township", "county")]
    categories = "(SELECT expected FROM categories)"
    facts = {
        "returns_expected": expected("1"),
        "returns_received": "CASE WHEN r.unit_id IS NULL THEN 0 ELSE 1 END",
        "returns_on_time": _zero("r.on_time"),
        "patrol_days_covered": _zero("r.days"),
        "patrol_days_expected": expected(str(month.days)),
        "nights_covered": _zero("r.nights"),
        "nights_expected": expected(str(month.days)),
        "key_days_covered": _least(_zero("r.key_days"), expected("m.days")),
        "key_days_expected": expected("m.days"),
        "patrol_heads": _zero("r.heads"),
        "broadcasts": _zero("d.broadcasts"),
        "columns": _zero("d.columns"),
        "education_sessions": _zero("d.sessions"),
        "education_audience": _zero("d.audience"),
        "meetings": _zero("met.meetings"),
        "work_meetings": _zero("met.work"),
        "appraisal_meetings": _zero("met.appraisal"),
        "categories_answered": _least(_zero("s.answers"), categories),
        "categories_expected": expected(categories),
        "matters_found": _zero("s.found"),
        "matters_solved": _zero(" + ".join(solved)),
        **{column[2:]: _zero(column) for column in solved},
        "survey_slips": _zero("y.slips"),
        "order_good": _zero("y.order_good"),
        "feels_safe": _zero("y.feels_safe"),
        "satisfied": _zero("y.satisfied"),
        "inspection_given": _zero("i.given"),
        "inspection_possible": _zero("i.possible"),
    }
    assert tuple(facts) == UNIT_FACTS
    return ", ".join(f"{expression} AS {name}" for name, expression in facts.items())


def _level_tables(month: Month) -> str:
    node = ", ".join(f"o.{name}" for name in NODE)
    facts = ", ".join(f"o.{name}" for name in UNIT_FACTS)
    sums = ", ".join(f"o.{name} + {_zero(f'p.part_{name}')} AS {name}" for name in UNIT_FACTS)
    solved = f"o.matters_solved + {_zero('a.solved')}"
    plain = (
        f"SELECT {node}, {facts}, o.matters_found - o.matters_solved AS open_matters FROM own o "
        "WHERE o.level = {}"
    )
    tree_node = ", ".join(f"t.{name}" for name in NODE)
    return f"""
f{int(Level.VILLAGE)} AS MATERIALIZED ({plain.format(int(Level.VILLAGE))}),
f{int(Level.DEPARTMENT)} AS MATERIALIZED ({plain.format(int(Level.DEPARTMENT))}),
f{int(Level.TOWNSHIP)} AS MATERIALIZED (
  SELECT {node}, {facts}, o.matters_found + {_zero("a.found")} AS area_found,
    {solved} AS area_solved, {_zero("a.villages")} AS villages_expected,
    {_zero("a.received")} AS villages_received, {_zero("a.on_time")} AS villages_on_time,
    o.matters_found + {_zero("a.found")} - ({solved}) AS open_matters
  FROM own o LEFT JOIN area a ON a.above_id = o.unit_id WHERE o.level = {int(Level.TOWNSHIP)}
),
summed AS MATERIALIZED (
  SELECT {node}, {sums} FROM own o LEFT JOIN parts p ON p.above_id = o.unit_id
  WHERE o.level = {int(Level.SECTOR)}
),
f{int(Level.SECTOR)} AS MATERIALIZED (
  SELECT o.*, o.matters_found - o.matters_solved AS open_matters FROM summed o
),
f{int(Level.GROUP)} AS MATERIALIZED (
  SELECT {tree_node}, CASE WHEN g.unit_id IS NULL THEN 0 ELSE 1 END AS returns_received,
    {_least(_zero("g.nights"), str(month.days))} AS nights_covered,
    {month.days} AS nights_expected, {_zero("g.briefs")} AS briefs,
    {_zero("g.found")} AS matters_found, {_zero("g.solved")} AS matters_solved,
    {_zero("g.given")} AS appraisal_given, {_zero("g.possible")} AS appraisal_possible,
    {_zero("g.found")} - {_zero("g.solved")} AS open_matters
  FROM tree t LEFT JOIN grouped g ON g.unit_id = t.unit_id WHERE t.level = {int(Level.GROUP)}
)"""


def _scored(level: Level, rules: LevelRules) -> str:
    """One level's units with total, grade, colour, lines and counts."""
    names = GROUP_FACTS if level == Level.GROUP else UNIT_FACTS
    names = (*names, *(AREA_FACTS if level == Level.TOWNSHIP else ()), "open_matters")
    items = rules.items
    points = ", ".join(f"{_points(item)} AS i{place}" for place, item in enumerate(items))
    earned = " + ".join(_zero(f"i{place}") for place in range(len(items)))
    possible = " + ".join(
        f"CASE WHEN i{place} IS NULL THEN 0 ELSE {item.points} END"
        for place, item in enumerate(items)
    )
    return f"""
SELECT {", ".join(NODE)}, total, grade, {_colour(rules)} AS colour, {_lines(items)} AS lines,
  {_json_object(names)} AS facts
FROM (
  SELECT *, {_grade(rules)} AS grade FROM (
    SELECT *, COALESCE((20000 * earned + possible) / NULLIF(2 * possible, 0), 0) AS total FROM (
      SELECT *, {earned} AS earned, {possible} AS possible FROM (
        SELECT *, {points} FROM f{int(level)} {_fence()}
      ) a{int(level)} {_fence()}
    ) b{int(level)} {_fence()}
  ) c{int(level)} {_fence()}
) d{int(level)}"""


def _points(item: Item) -> str:
    """Points of one item, NULL where it does not apply."""
    whole = str(item.denominator)
    value = {
        RuleShape.RATIO: _ratio,
        RuleShape.JUDGED: _ratio,
        RuleShape.MISSING: _missing,
        RuleShape.BANDS: _bands,
        RuleShape.EVENTS: _events,
    }[item.shape](item, whole)
    needs = f"WHEN {item.needs} = 0 THEN 0 " if item.needs else ""
    return f"CASE {needs}WHEN {whole} = 0 THEN NULL ELSE {value} END"


def _ratio(item: Item, whole: str) -> str:
    rounded = (
        f"(200 * {item.points} * {item.numerator} + {whole} * {item.target})"
        f" / (2 * {whole} * {item.target})"
    )
    return _least(str(item.points), rounded)


def _missing(item: Item, whole: str) -> str:
    missing = _greatest("0", f"{whole} - {item.numerator}")
    return _greatest("0", f"{item.points} - {item.each} * {missing}")


def _bands(item: Item, whole: str) -> str:
    bands = " ".join(
        f"WHEN 100 * {item.numerator} >= {percent} * {whole} THEN {points}"
        for percent, points in item.bands
    )
    return f"CASE {bands} ELSE 0 END"


def _events(item: Item, _whole: str) -> str:
    return f"{item.points} - {_least(str(item.cap), f'{item.each} * {item.numerator}')}"


def _lines(items: Sequence[Item]) -> str:
    return _json_array(
        *(
            _json_array(
                f"'{item.code}'",
                f"i{place}",
                str(item.points),
                item.numerator,
                str(item.denominator),
            )
            for place, item in enumerate(items)
        )
    )


def _grade(rules: LevelRules) -> str:
    bands = " ".join(f"WHEN total >= {lowest} THEN '{name}'" for name, lowest in rules.grade_bands)
    return f"CASE {bands} ELSE 'unqualified' END"


def _colour(rules: LevelRules) -> str:
    limit = rules.colour_rules["open_limit"]
    cases = " ".join(
        f"WHEN grade = '{grade}' AND open_matters >= {limit} THEN '{LOWERED[colour]}' "
        f"WHEN grade = '{grade}' THEN '{colour}'"
        for grade, colour in rules.colour_rules.items()
        if grade != "open_limit"
    )
    return f"CASE {cases} END"


def _zero(value: str) -> str:
    return f"COALESCE({value}, 0)"


def _least(*values: str) -> str:
    return f"{'LEAST' if _is_postgresql() else 'MIN'}({', '.join(values)})"


def _greatest(*values: str) -> str:
    return f"{'GREATEST' if _is_postgresql() else 'MAX'}({', '.join(values)})"


def _json_object(names: Sequence[str]) -> str:
    make = "jsonb_build_object" if _is_postgresql() else "json_object"
    pairs = ", ".join(f"'{name}', {name}" for name in names)
    return f"{make}({pairs})"


def _json_array(*values: str) -> str:
    return f"{'jsonb_build_array' if _is_postgresql() else 'json_array'}({', '.join(values)})"


def _fence() -> str:
    """Keeps the planner from writing an inner expression into every place that uses it: without
    it a grade is computed thousands of times a row, and the yardstick would be slower than need be.
    """
    return "OFFSET 0" if _is_postgresql() else "LIMIT -1 OFFSET 0"


def _is_postgresql() -> bool:
    return connection.vendor == "postgresql"
