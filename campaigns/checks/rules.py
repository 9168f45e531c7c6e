"""Rules about sums, ranges, last month, and the units below."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from campaigns.checks.facts import Facts, PatrolDay, Sheet
from campaigns.checks.findings import Finding, Severity
from campaigns.enums import Activity

Rule = Callable[[Facts], Iterator[Finding]]

TIMES = 3  # a figure that grew threefold wants a word
LEAST_GROWTH = 10  # unless it grew by fewer than these
LEAST_SWEEP_GROWTH = 5
LEAST_TO_VANISH = 3  # a figure this large does not become zero without a word
LARGEST_PATROL = 200


def sweep_sums(facts: Facts) -> Iterator[Finding]:
    """No more can be solved than was found."""
    for line in facts.now.sweep:
        if line.solved > line.found:
            yield Finding(
                "sweep-solved",
                Severity.STOP,
                Activity.SWEEP,
                f"{line.name}：各级化解合计{line.solved}，多于排查数{line.found}。",
                line.key,
                "found",
            )


def group_sums(facts: Facts) -> Iterator[Finding]:
    for line in facts.now.groups:
        if line.solved > line.found:
            yield Finding(
                "group-solved",
                Severity.STOP,
                Activity.GROUPS,
                f"{line.name}：化解数{line.solved}，多于排查数{line.found}。",
                line.key,
                "solved",
            )


def meeting_heads(facts: Facts) -> Iterator[Finding]:
    """A meeting that nobody came to is none; one larger than the place wants a word."""
    for number, line in enumerate(facts.now.meetings, start=1):
        if line.attendance == 0:
            yield Finding(
                "meeting-empty",
                Severity.STOP,
                Activity.MEETING,
                f"第{number}次会议的到会人数是0，没有开成的会请删除该行。",
                line.key,
                "attendance",
            )
        elif facts.population and line.attendance > facts.population:
            yield Finding(
                "meeting-crowd",
                Severity.EXPLAIN,
                Activity.MEETING,
                f"第{number}次会议到会{line.attendance}人，多于本单位人口{facts.population}人。",
                line.key,
                "attendance",
            )


def lesson_audience(facts: Facts) -> Iterator[Finding]:
    for number, line in enumerate(facts.now.lessons, start=1):
        if facts.population and line.audience > facts.population:
            yield Finding(
                "lesson-crowd",
                Severity.EXPLAIN,
                Activity.EDUCATION,
                f"第{number}次宣教受众{line.audience}人，多于本单位人口{facts.population}人。",
                line.key,
                "audience",
            )
        elif line.needs_audience and line.audience == 0:
            yield Finding(
                "lesson-empty",
                Severity.HINT,
                Activity.EDUCATION,
                f"第{number}次宣教没有填受众人数。",
                line.key,
                "audience",
            )


def patrol_days(facts: Facts) -> Iterator[Finding]:
    """What one day says by itself."""
    for day in facts.now.patrol:
        if day.heads > LARGEST_PATROL:
            yield Finding(
                "patrol-crowd",
                Severity.EXPLAIN,
                Activity.PATROL,
                f"{day.label}巡逻合计{day.heads}人，超过{LARGEST_PATROL}人。",
                day.key,
                "day_heads" if (day.day or 0) >= (day.night or 0) else "night_heads",
            )
        if day.findings and not day.handled:
            yield Finding(
                "patrol-handled",
                Severity.EXPLAIN,
                Activity.PATROL,
                f"{day.label}写了发现情况，没有写怎么处置。",
                day.key,
                "handled",
            )


def patrol_to_come(facts: Facts) -> Iterator[Finding]:
    ahead = [day for day in facts.now.patrol if day.on > facts.today and day.heads]
    if ahead:
        yield Finding(
            "patrol-ahead",
            Severity.HINT,
            Activity.PATROL,
            f"{ahead[0].label}还没有到，已填{len(ahead)}天的巡逻人数。",
            ahead[0].key,
            "day_heads",
        )


def key_days(facts: Facts) -> Iterator[Finding]:
    """Market days and holidays that nobody patrolled, once the days around them are filled in."""
    if not facts.now.patrol:
        return
    covered = {day.on for day in facts.now.patrol if day.heads}
    last = max(day.on for day in facts.now.patrol)
    missed = [day for day in facts.key_days if day not in covered and day <= min(last, facts.today)]
    if missed:
        named = "、".join(f"{day.day}日" for day in missed)
        yield Finding(
            "patrol-key-day",
            Severity.HINT,
            Activity.PATROL,
            f"{missed[0].month}月{named}是逢场日或节假日，没有巡逻。",
            missed[0].isoformat(),
            "day_heads",
        )


def _leap(now: int, before: int, least: int) -> str:
    """The words for a figure that leapt or vanished; empty where it did not."""
    if now >= TIMES * before and now - before >= least and before:
        return f"上月{before}，本月{now}，增加到{TIMES}倍以上。"
    if now == 0 and before >= LEAST_TO_VANISH:
        return f"上月{before}，本月为0。"
    return ""


def _figures(sheet: Sheet) -> dict[str, tuple[Activity, str, Sequence[object], int]]:
    def heads(of: Callable[[PatrolDay], int | None]) -> int:
        return sum(of(day) or 0 for day in sheet.patrol)

    return {
        "day-heads": (Activity.PATROL, "白天巡逻人次", sheet.patrol, heads(lambda day: day.day)),
        "night-heads": (
            Activity.PATROL,
            "夜间巡逻人次",
            sheet.patrol,
            heads(lambda day: day.night),
        ),
        "audience": (
            Activity.EDUCATION,
            "宣教受众人数",
            sheet.lessons,
            sum(line.audience for line in sheet.lessons),
        ),
        "attendance": (
            Activity.MEETING,
            "例会到会人数",
            sheet.meetings,
            sum(line.attendance for line in sheet.meetings),
        ),
    }


def against_last_month(facts: Facts) -> Iterator[Finding]:
    """Sums of an activity that is filled in, beside last month's."""
    if facts.last is None:
        return
    before = _figures(facts.last)
    for name, (activity, label, rows, now) in _figures(facts.now).items():
        words = _leap(now, before[name][3], LEAST_GROWTH) if rows else ""
        if words:
            yield Finding(f"month-{name}", Severity.EXPLAIN, activity, f"{label}：{words}")


def sweep_against_last_month(facts: Facts) -> Iterator[Finding]:
    before = {line.key: line for line in facts.last.sweep} if facts.last else {}
    for line in facts.now.sweep:
        old = before.get(line.key)
        words = _leap(line.found, old.found, LEAST_SWEEP_GROWTH) if old else ""
        if words:
            yield Finding(
                "month-sweep",
                Severity.EXPLAIN,
                Activity.SWEEP,
                f"{line.name}排查数：{words}",
                line.key,
                "found",
            )


def sweep_against_children(facts: Facts) -> Iterator[Finding]:
    """A township beside its villages: what it counts as theirs, and what they handed up to it."""
    for line in facts.now.sweep:
        below = facts.children.get(line.key)
        if below is None:
            continue
        low = line.group + line.village
        if low and low != below.low:
            yield Finding(
                "children-low",
                Severity.EXPLAIN,
                Activity.SWEEP,
                f"{line.name}：组内、村内化解填{low}，所辖各村合计{below.low}。",
                line.key,
                "solved_in_village",
            )
        if below.township > line.township:
            yield Finding(
                "children-township",
                Severity.EXPLAIN,
                Activity.SWEEP,
                f"{line.name}：所辖各村报乡镇化解{below.township}，本级只填{line.township}。",
                line.key,
                "solved_in_township",
            )


def groups_against_village(facts: Facts) -> Iterator[Finding]:
    """A village beside its groups."""
    if not facts.now.groups or not facts.now.sweep:
        return
    groups = sum(line.found for line in facts.now.groups)
    village = sum(line.found for line in facts.now.sweep)
    if groups > village:
        yield Finding(
            "children-groups",
            Severity.EXPLAIN,
            Activity.GROUPS,
            f"各小组排查合计{groups}，多于本村六排查合计{village}。",
        )


def sweep_against_parent(facts: Facts) -> Iterator[Finding]:
    """A village that says the township solved more than the township itself counts."""
    for line in facts.now.sweep:
        above = facts.parent.get(line.key)
        if above is not None and line.township > above.township:
            yield Finding(
                "parent-township",
                Severity.HINT,
                Activity.SWEEP,
                f"{line.name}：本单位报乡镇化解{line.township}，乡镇自己只报{above.township}。",
                line.key,
                "solved_in_township",
            )


RULES: tuple[Rule, ...] = (
    sweep_sums,
    group_sums,
    meeting_heads,
    lesson_audience,
    patrol_days,
    patrol_to_come,
    key_days,
    against_last_month,
    sweep_against_last_month,
    sweep_against_children,
    groups_against_village,
    sweep_against_parent,
)
