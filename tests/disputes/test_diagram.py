"""The drawing of the moves in the documentation is that of the table."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from disputes.enums import MOVES, DisputeState, Move

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw", ROOT / "tools" / "draw_dispute_moves.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_document_shows_the_table_of_today(tool: ModuleType):
    document = (ROOT / "docs" / "disputes.md").read_text(encoding="utf-8")

    assert tool.drawn(document) == document, "run tools/draw_dispute_moves.py"


def test_every_arrow_of_the_drawing_is_an_allowed_move(tool: ModuleType):
    labels = {move.label: move for move in Move}
    arrows = re.findall(r"^    (\w+) --> (\w+): (.+)$", tool.diagram(), re.M)

    drawn = {(before, labels[label], after) for before, after, label in arrows}

    allowed = {
        (state.value, move, (after or state).value)
        for move, (states, after) in MOVES.items()
        for state in states
    }
    assert drawn == allowed


def test_every_state_can_be_reached_and_left():
    reached, todo = {DisputeState.REGISTERED}, [DisputeState.REGISTERED]
    while todo:
        state = todo.pop()
        for states, after in MOVES.values():
            if state in states and after is not None and after not in reached:
                reached.add(after)
                todo.append(after)

    assert reached == set(DisputeState)
    left = {state for states, after in MOVES.values() if after is not None for state in states}
    assert left == set(DisputeState) - {DisputeState.CLOSED}
