"""Two people on one entry table: joins what both changed, and asks where both changed one field.

The form carries what the page showed when it was opened (`base`). After a clash the page shows
mine, `base` becomes what the other person saved, and each clash is a choice of the two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.http import QueryDict

from campaigns.forms.rows import PREFIX
from campaigns.merging import WHOLE_ROW, Clash, Merge, Table, Taken, merge, text_of, texts_of
from campaigns.selectors.history import Change, changes_since

if TYPE_CHECKING:
    from campaigns.views.entries import Entry

MINE, THEIRS = "mine", "theirs"
MOST_TOLD = 6
_BETWEEN = "|"


@dataclass(frozen=True, slots=True)
class Choice:
    """One clash as the page asks about it."""

    name: str
    row: str
    field: str
    mine: str
    theirs: str


@dataclass
class Clashing:
    """What the page shows of a conflict: who was there, what to choose, what was joined."""

    choices: list[Choice]
    who: str = ""
    joined: list[str] = field(default_factory=list)


@dataclass
class Joined:
    """The table after the merge, as a form would have posted it, and what became of it."""

    data: QueryDict
    told: list[str]
    clashing: Clashing


def _saved_table(entry: Entry) -> dict[str, dict[str, str]]:
    """What is saved now, as texts by row."""
    section = entry.section
    return {
        text_of(getattr(row, section.key)): {
            name: text_of(getattr(row, name)) for name in section.fields
        }
        for row in section.rows_of(entry.monthly_return)
    }


def base_of(entry: Entry, shown: Sequence[Mapping[str, Any]]) -> str:
    """The hidden field of a page that shows these saved rows."""
    keys = [row.get("id") for row in shown] if entry.section.is_list else entry.keys
    rows = zip(keys, shown, strict=False)
    return _write_base(
        {text_of(key): texts_of(row, entry.section.fields) for key, row in rows if key and row}
    )


def _write_base(table: Table) -> str:
    """Empty texts are left out."""
    rows = {
        str(key): {name: text for name, text in row.items() if text} for key, row in table.items()
    }
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def read_base(entry: Entry, data: QueryDict) -> dict[str, dict[str, str]] | None:
    """What the page showed when it was opened; None where the form does not say."""
    try:
        rows = json.loads(data.get("base", ""))
    except ValueError:
        return None
    if not isinstance(rows, dict) or not all(isinstance(row, dict) for row in rows.values()):
        return None
    return {str(key): texts_of(row, entry.section.fields) for key, row in rows.items()}


def join(entry: Entry, data: QueryDict, rows: Sequence[Mapping[str, Any]], version: int) -> Joined:
    """Merge `rows` (what was typed in `data`, read) with what others saved after `version`."""
    section = entry.section
    theirs = _saved_table(entry)
    found = merge(
        base=read_base(entry, data),
        mine=_typed_table(entry, rows),
        theirs=theirs,
        fields=section.fields,
        is_list=section.is_list,
    )
    changes = changes_since(entry.monthly_return, section.activity, version)
    told = [_told(entry, each) for each in found.taken]
    clashing = Clashing([_choice(entry, each) for each in found.clashes], _people(changes), told)
    sent = _posted(entry, data, found)
    sent["base"] = _write_base(theirs)
    return Joined(sent, told, clashing)


def _typed_table(entry: Entry, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """What was typed, as texts by row; rows that are new have no number yet."""
    section = entry.section
    return {
        text_of(row.get(section.key)) or f"new-{index}": texts_of(row, section.fields)
        for index, row in enumerate(rows)
    }


def _posted(entry: Entry, data: QueryDict, found: Merge) -> QueryDict:
    """The merged rows in the shape in which a browser would have sent them."""
    sent = data.copy()
    for name in [name for name in sent if name.startswith(f"{PREFIX}-")]:
        del sent[name]
    if entry.section.is_list:
        rows = [
            {**row, "id": "" if str(key).startswith("new-") else str(key)}
            for key, row in found.rows.items()
        ]
        rows.append(_blank(entry))
    else:
        rows = [found.rows.get(text_of(key)) or _blank(entry) for key in entry.keys]
    sent[f"{PREFIX}-TOTAL_FORMS"] = sent[f"{PREFIX}-INITIAL_FORMS"] = str(len(rows))
    for index, row in enumerate(rows):
        for name, text in row.items():
            sent[f"{PREFIX}-{index}-{name}"] = text
    return sent


def _blank(entry: Entry) -> dict[str, str]:
    """An empty row as a fresh page sends it: preset choices are set."""
    fields = entry.form_class.base_fields
    return {name: text_of(fields[name].initial) for name in entry.section.fields}


def summary(told: Sequence[str]) -> str:
    """What others changed and the save has kept, in one sentence."""
    more = f"等{len(told)}处" if len(told) > MOST_TOLD else ""
    return f"您打开页面以后别人改过的，已一并保留：{'；'.join(told[:MOST_TOLD])}{more}。"


def _row_label(entry: Entry, key: str) -> str:
    names = {text_of(each): label for each, label in zip(entry.keys, entry.labels, strict=True)}
    return names.get(key, "新的一行" if key.startswith("new-") else f"第{key}号")


def _shown(entry: Entry, name: str, text: str | None) -> str:
    if text is None:
        return "（删除）"
    if text == "":
        return "（空）"
    return str(entry.section.display(name, text)) if name != WHOLE_ROW else text


def _field_label(entry: Entry, name: str) -> str:
    return "整行" if name == WHOLE_ROW else entry.section.field_label(name)


def _told(entry: Entry, taken: Taken) -> str:
    row = _row_label(entry, str(taken.key))
    if taken.field == WHOLE_ROW:
        return f"{row} {'新增' if taken.old is None else '删除'} {taken.new or taken.old}"
    old, new = (_shown(entry, taken.field, text) for text in (taken.old, taken.new))
    return f"{row} {_field_label(entry, taken.field)} {old} → {new}"


def _choice(entry: Entry, clash: Clash) -> Choice:
    return Choice(
        name=f"{clash.key}{_BETWEEN}{clash.field}",
        row=_row_label(entry, str(clash.key)),
        field=_field_label(entry, clash.field),
        mine=_shown(entry, clash.field, clash.mine),
        theirs=_shown(entry, clash.field, clash.theirs),
    )


def _people(changes: Sequence[Change]) -> str:
    return "、".join(dict.fromkeys(change.who for change in changes))


def decide(entry: Entry, data: QueryDict) -> tuple[QueryDict, Clashing | None]:
    """What was chosen, written into the rows. Where a choice is missing, it is asked again."""
    base = read_base(entry, data)
    names = data.getlist("clash")
    if not names or base is None:
        return data, None
    sent = data.copy()
    open_names = []
    for name in names:
        chosen = data.get("keep-all") or data.get(f"keep:{name}")
        if chosen == THEIRS:
            _take_theirs(entry, sent, base, name)
        elif chosen != MINE:
            open_names.append(name)
    if not open_names:
        return sent, None
    asked = [_choice(entry, _asked(entry, sent, base, name)) for name in open_names]
    return sent, Clashing(asked)


def _place(entry: Entry, data: QueryDict, key: str) -> int | None:
    """Where the row stands in the posted table."""
    if not entry.section.is_list:
        keys = [text_of(each) for each in entry.keys]
        return keys.index(key) if key in keys else None
    for index in range(_total(data)):
        if data.get(f"{PREFIX}-{index}-id") == key:
            return index
    return None


def _total(data: QueryDict) -> int:
    text = data.get(f"{PREFIX}-TOTAL_FORMS", "")
    return int(text) if text.isdecimal() else 0


def _take_theirs(entry: Entry, data: QueryDict, base: Table, name: str) -> None:
    key, _between, wanted = name.partition(_BETWEEN)
    place, theirs = _place(entry, data, key), base.get(key)
    if wanted != WHOLE_ROW:
        if place is not None and wanted in entry.section.fields:
            data[f"{PREFIX}-{place}-{wanted}"] = (theirs or {}).get(wanted, "")
    elif theirs is None:
        if place is not None:
            data[f"{PREFIX}-{place}-DELETE"] = "on"
    elif place is None:
        place = _total(data)
        data[f"{PREFIX}-TOTAL_FORMS"] = str(place + 1)
        for each, text in {**theirs, "id": key}.items():
            data[f"{PREFIX}-{place}-{each}"] = text
    else:
        data.pop(f"{PREFIX}-{place}-DELETE", None)


def _asked(entry: Entry, data: QueryDict, base: Table, name: str) -> Clash:
    """The clash once more, from what stands in the form now."""
    key, _between, wanted = name.partition(_BETWEEN)
    place, theirs = _place(entry, data, key), base.get(key)
    if wanted == WHOLE_ROW:
        mine = None if place is None else "您改过的这一行"
        row = None if theirs is None else " ".join(filter(None, theirs.values()))
        return Clash(key, WHOLE_ROW, mine, row)
    mine = "" if place is None else data.get(f"{PREFIX}-{place}-{wanted}", "")
    wanted = wanted if wanted in entry.section.fields else entry.section.fields[0]
    return Clash(key, wanted, mine, (theirs or {}).get(wanted, ""))
