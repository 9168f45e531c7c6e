"""The yardstick: the same counts, rules, ranks and stored rows in one SQL statement.

Made from the same rules as the close scores with, for PostgreSQL and SQLite. It writes the same
rows to the same table under the same constraints, explained lines and counts as JSON included;
it has no lock, no hash, no trail.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assessments.scorelines import LevelRules, rules_for
from assessments.selectors.extras import DISPUTES, KINDS, Wanted, wanted_by
from assessments.selectors.facts import GROUP_FACTS, SCORED_LEVELS, UNIT_FACTS
from assessments.services.closing import COLUMNS
from assessments.tables import VETOES
from bench.bare_records import extra_records, given_back, loose_counts, on, sum_of, summed
from bench.bare_rules import (
    column,
    json_object,
    least,
    scored,
    with_some,
    zero,
)
from pingan.calendars import key_dates
from pingan.enums import REPORTING_LEVELS, Level
from pingan.months import Month

AREA_FACTS = (
    *("area_found", "area_solved", "villages_expected", "villages_received", "villages_on_time"),
)
NODE = ("county_id", "unit_id", "parent_id", "level", "code", "name", "position", "peer_group")
# The full scheme asks for no counts of the desk of disputes.
EXTRAS = tuple(name for kind, names in KINDS.items() if kind != "cases" for name in names)
COUNTY = 0  # stands for every county: all have the same rules here


def close_statement(month: Month, rules: Mapping[str, LevelRules], markets: Sequence[str]) -> str:
    """INSERT … SELECT of every scorecard of the month, into the editions that are there."""
    wanted = wanted_by({COUNTY: rules})
    found = [(level, rules_for(rules, level)) for level in SCORED_LEVELS]
    parts = [
        scored(f"f{int(level)}", NODE, own, _facts(level, wanted)) for level, own in found if own
    ]
    every = "\nUNION ALL ".join(parts)
    codes = sorted({item.code for _level, own in found if own for item in own.items})
    return f"""
INSERT INTO assessments_scorecard ({", ".join(COLUMNS)})
WITH {_counts(month, markets, wanted, codes)},
scored AS ({every}),
placed AS MATERIALIZED (
  SELECT *, rank() OVER (PARTITION BY parent_id, level, peer_group ORDER BY total DESC) AS place,
    count(*) OVER (PARTITION BY parent_id, level, peer_group) AS peers,
    count(*) OVER (PARTITION BY parent_id, level, peer_group, total) > 1 AS is_tied
  FROM scored
),
earlier AS MATERIALIZED (
  SELECT c.unit_id, c.parent_id, c.peer_group, c.rank AS place FROM assessments_scorecard c
  JOIN assessments_edition e ON e.id = c.edition_id AND e.is_current AND e.month = c.month
  WHERE c.month = {int(month.previous)}
)
SELECT e.id, {int(month)}, p.unit_id, p.parent_id, above.code, above.name, p.level, p.code,
  p.name, p.position, p.total, p.place, p.peers, p.is_tied, b.place, p.grade, p.colour,
  p.lines, p.facts, p.peer_group
FROM placed p
JOIN assessments_edition e ON e.county_id = p.county_id AND e.month = {int(month)} AND e.is_current
JOIN pingan_unitversion above ON above.unit_id = p.parent_id AND {on(month, "above")}
LEFT JOIN earlier b ON b.unit_id = p.unit_id AND b.parent_id = p.parent_id
  AND b.peer_group = p.peer_group
"""


def _facts(level: Level, wanted: Wanted) -> str:
    """The counts of a card as JSON: those of the level, what the rules ask for, what there is."""
    names = [*(GROUP_FACTS if level == Level.GROUP else UNIT_FACTS), "open_matters"]
    names += [*(AREA_FACTS if level == Level.TOWNSHIP else ())]
    zeros = wanted.zeros(COUNTY, level)
    names += zeros
    if level == Level.TOWNSHIP and "disputes_found" in zeros:
        names += DISPUTES[2:]
    asked = wanted.of(COUNTY, level)
    loose = [name for name in sorted(wanted.loose()) if name in asked]
    some = [(name, column(name)) for name in loose]
    if VETOES not in zeros:
        some.append((VETOES, f"NULLIF({VETOES}, 0)"))
    return with_some(json_object([(name, name) for name in names]), some)


def _counts(month: Month, markets: Sequence[str], wanted: Wanted, codes: Sequence[str]) -> str:
    """The common table expressions up to one table of counts a level."""
    loose = sorted(wanted.loose())
    sums = [f"{sum_of(name)} AS part_{name}" for name in (*UNIT_FACTS, *EXTRAS)]
    sums += [f'CAST(SUM({column(name)}) AS bigint) AS "part.{name}"' for name in summed(loose)]
    parts = ", ".join(sums)
    return f"""
{_records(month)},
{extra_records(month)},
{loose_counts(month, loose)},
{given_back(month, codes)},
markets (market, days) AS (VALUES {
        ", ".join(f"('{market}', {len(key_dates(month, market))})" for market in {"", *markets})
    }),
tree AS MATERIALIZED (
  SELECT v.county_id, v.unit_id, v.parent_id, v.level, v.code, v.name, v.position,
    COALESCE(g.name, '') AS peer_group, COALESCE(NULLIF(u.market_days, ''), a.market_days, '')
    AS market
  FROM pingan_unitversion v
  JOIN pingan_unit u ON u.id = v.unit_id
  LEFT JOIN pingan_unit a ON a.id = v.parent_id
  LEFT JOIN grouped_kinds g ON g.county_id = v.county_id AND g.level = v.level AND g.kind = v.kind
  WHERE {on(month, "v")} AND v.is_scored
    AND v.level IN ({", ".join(str(int(level)) for level in SCORED_LEVELS)})
),
own AS MATERIALIZED (
  SELECT {", ".join(f"t.{name}" for name in NODE)}, {_own_facts(month)},
    {_own_extras(loose)}
  FROM tree t
  JOIN markets m ON m.market = t.market
  LEFT JOIN returned r ON r.unit_id = t.unit_id
  LEFT JOIN educated d ON d.unit_id = t.unit_id
  LEFT JOIN met ON met.unit_id = t.unit_id
  LEFT JOIN swept s ON s.unit_id = t.unit_id
  LEFT JOIN surveyed y ON y.unit_id = t.unit_id
  LEFT JOIN inspected i ON i.unit_id = t.unit_id
  LEFT JOIN rated ON rated.unit_id = t.unit_id
  LEFT JOIN noticed n ON n.unit_id = t.unit_id
  LEFT JOIN troubled b ON b.unit_id = t.unit_id
  LEFT JOIN vetoed ON vetoed.unit_id = t.unit_id
  LEFT JOIN loose l ON l.loose_unit = t.unit_id
  WHERE t.level <> {int(Level.GROUP)}
),
area AS MATERIALIZED (
  SELECT parent_id AS above_id, {sum_of("matters_found")} AS found,
    {sum_of("matters_solved")} AS solved, count(*) AS villages,
    {sum_of("returns_received")} AS received, {sum_of("returns_on_time")} AS on_time,
    {sum_of("disputes_found")} AS disputes_found, {sum_of("disputes_solved")} AS disputes_solved
  FROM own WHERE level = {int(Level.VILLAGE)} GROUP BY parent_id
),
parts AS MATERIALIZED (
  SELECT parent_id AS above_id, {parts}
  FROM own WHERE level = {int(Level.DEPARTMENT)} GROUP BY parent_id
),
{_level_tables(month, loose)}"""


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
    return f"""
returned AS MATERIALIZED (
  SELECT r.unit_id, CASE WHEN r.is_on_time THEN 1 ELSE 0 END AS on_time,
    count(d.id) FILTER (WHERE d.day_heads > 0) AS days,
    count(d.id) FILTER (WHERE d.night_heads > 0) AS nights,
    count(d.id) FILTER (WHERE {on_foot} AND d.is_key_day) AS key_days,
    {sum_of("d.day_heads")} + {sum_of("d.night_heads")} AS heads
  FROM campaigns_monthlyreturn r
  LEFT JOIN campaigns_patrol d ON d.monthly_return_id = r.id AND d.month = {number}
  WHERE r.month = {number} AND r.state = 'accepted' GROUP BY r.unit_id, r.is_on_time
),
educated AS MATERIALIZED (
  SELECT r.unit_id, {kinds.format("broadcast")} AS broadcasts, {kinds.format("column")} AS columns,
    count(*) AS sessions, {sum_of("x.audience")} AS audience
  FROM campaigns_education x {accepted}
),
met AS MATERIALIZED (
  SELECT r.unit_id, {kinds.format("work")} AS work, {kinds.format("appraisal")} AS appraisal,
    count(*) AS meetings
  FROM campaigns_meeting x {accepted}
),
swept AS MATERIALIZED (
  SELECT r.unit_id, count(*) AS answers, {_sum_of_things("x.found")} AS found, {solved},
    CAST(COALESCE(SUM(x.found) FILTER (WHERE c.code = 'dispute'), 0) AS bigint) AS disputes,
    CAST(COALESCE(SUM(x.solved_in_group + x.solved_in_village + x.solved_in_township
      + x.solved_in_county) FILTER (WHERE c.code = 'dispute'), 0) AS bigint) AS settled
  FROM campaigns_sweep x JOIN campaigns_sweepcategory c ON c.id = x.category_id {accepted}
),
grouped AS MATERIALIZED (
  SELECT x.group_id AS unit_id, {sum_of("x.patrol_nights")} AS nights,
    {sum_of("x.briefs")} AS briefs, {sum_of("x.found")} AS found, {sum_of("x.solved")} AS solved,
    {sum_of("x.appraisal")} AS given,
    100 * count(x.appraisal) AS possible
  FROM campaigns_grouprecord x {accepted.replace("BY r.unit_id", "BY x.group_id")}
),
{_looked_at(month)}"""


def _looked_at(month: Month) -> str:
    """What the superiors record, and how many categories a sweep has."""
    number = int(month)
    votes = ", ".join(
        f"{sum_of(name)} AS {name}" for name in ("slips", "order_good", "feels_safe", "satisfied")
    )
    return f"""
surveyed AS MATERIALIZED (
  SELECT unit_id, {votes} FROM campaigns_survey WHERE month = {number} GROUP BY unit_id
),
inspected AS MATERIALIZED (
  SELECT unit_id, {_visits("given", "open")} AS given, {_visits("possible", "open")} AS possible,
    {_visits("given", "secret")} AS secret_given,
    {_visits("possible", "secret")} AS secret_possible
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
        "returns_on_time": zero("r.on_time"),
        "patrol_days_covered": zero("r.days"),
        "patrol_days_expected": expected(str(month.days)),
        "nights_covered": zero("r.nights"),
        "nights_expected": expected(str(month.days)),
        "key_days_covered": least(zero("r.key_days"), expected("m.days")),
        "key_days_expected": expected("m.days"),
        "patrol_heads": zero("r.heads"),
        "broadcasts": zero("d.broadcasts"),
        "columns": zero("d.columns"),
        "education_sessions": zero("d.sessions"),
        "education_audience": zero("d.audience"),
        "meetings": zero("met.meetings"),
        "work_meetings": zero("met.work"),
        "appraisal_meetings": zero("met.appraisal"),
        "categories_answered": least(zero("s.answers"), categories),
        "categories_expected": expected(categories),
        "matters_found": zero("s.found"),
        "matters_solved": zero(" + ".join(solved)),
        **{column[2:]: zero(column) for column in solved},
        "survey_slips": zero("y.slips"),
        "order_good": zero("y.order_good"),
        "feels_safe": zero("y.feels_safe"),
        "satisfied": zero("y.satisfied"),
        "inspection_given": zero("i.given"),
        "inspection_possible": zero("i.possible"),
    }
    assert tuple(facts) == UNIT_FACTS
    return ", ".join(f"{expression} AS {name}" for name, expression in facts.items())


def _visits(part: str, kind: str) -> str:
    total = f"SUM(points_{part}) FILTER (WHERE kind = '{kind}')"
    return f"CAST(COALESCE({total}, 0) AS bigint)"


def _own_extras(loose: Sequence[str]) -> str:
    facts = {
        "undercover_given": zero("i.secret_given"),
        "undercover_possible": zero("i.secret_possible"),
        "rating_given": zero("rated.given"),
        "rating_possible": zero("rated.possible"),
        "disputes_found": zero("s.disputes"),
        "disputes_solved": zero("s.settled"),
        "notices_due": zero("n.due"),
        "notices_closed": zero("n.closed"),
        "problems_open": zero("b.open"),
        "problems_lasting": zero("b.lasting"),
    }
    assert tuple(facts) == EXTRAS
    facts[VETOES] = zero("vetoed.vetoes")
    facts |= {column(name): f"l.{column(name)}" for name in loose}
    return ", ".join(f"{expression} AS {name}" for name, expression in facts.items())


def _level_tables(month: Month, loose: Sequence[str]) -> str:
    node = ", ".join(f"o.{name}" for name in NODE)
    names = (*UNIT_FACTS, *EXTRAS)
    own = ", ".join(f"o.{column(name)}" for name in (*names, VETOES, *loose))
    sums = ", ".join(f"o.{name} + {zero(f'p.part_{name}')} AS {name}" for name in names)
    sums += f", o.{VETOES}"
    for name in loose:
        part = f'COALESCE(o.{column(name)}, p."part.{name}")'
        value = part if name in summed(loose) else f"o.{column(name)}"
        sums += f", {value} AS {column(name)}"
    solved = f"o.matters_solved + {zero('a.solved')}"
    back = "g.*"
    given = "LEFT JOIN given g ON g.given_to = {}.unit_id"
    plain = (
        f"SELECT {node}, {own}, o.matters_found - o.matters_solved AS open_matters, {back} "
        f"FROM own o {given.format('o')} WHERE o.level = {{}}"
    )
    tree_node = ", ".join(f"t.{name}" for name in NODE)
    return f"""
f{int(Level.VILLAGE)} AS MATERIALIZED ({plain.format(int(Level.VILLAGE))}),
f{int(Level.DEPARTMENT)} AS MATERIALIZED ({plain.format(int(Level.DEPARTMENT))}),
f{int(Level.TOWNSHIP)} AS MATERIALIZED (
  SELECT {node}, {own}, o.matters_found + {zero("a.found")} AS area_found,
    {solved} AS area_solved, {zero("a.villages")} AS villages_expected,
    {zero("a.received")} AS villages_received, {zero("a.on_time")} AS villages_on_time,
    o.disputes_found + {zero("a.disputes_found")} AS area_disputes_found,
    o.disputes_solved + {zero("a.disputes_solved")} AS area_disputes_solved,
    o.matters_found + {zero("a.found")} - ({solved}) AS open_matters, {back}
  FROM own o LEFT JOIN area a ON a.above_id = o.unit_id {given.format("o")}
  WHERE o.level = {int(Level.TOWNSHIP)}
),
summed AS MATERIALIZED (
  SELECT {node}, {sums} FROM own o LEFT JOIN parts p ON p.above_id = o.unit_id
  WHERE o.level = {int(Level.SECTOR)}
),
f{int(Level.SECTOR)} AS MATERIALIZED (
  SELECT o.*, o.matters_found - o.matters_solved AS open_matters, {back}
  FROM summed o {given.format("o")}
),
f{int(Level.GROUP)} AS MATERIALIZED (
  SELECT {tree_node}, CASE WHEN x.unit_id IS NULL THEN 0 ELSE 1 END AS returns_received,
    {least(zero("x.nights"), str(month.days))} AS nights_covered,
    {month.days} AS nights_expected, {zero("x.briefs")} AS briefs,
    {zero("x.found")} AS matters_found, {zero("x.solved")} AS matters_solved,
    {zero("x.given")} AS appraisal_given, {zero("x.possible")} AS appraisal_possible,
    {zero("vetoed.vetoes")} AS {VETOES},
    {zero("x.found")} - {zero("x.solved")} AS open_matters, {back}
  FROM tree t LEFT JOIN grouped x ON x.unit_id = t.unit_id
  LEFT JOIN vetoed ON vetoed.unit_id = t.unit_id {given.format("t")}
  WHERE t.level = {int(Level.GROUP)}
)"""
