"""Draw the moves of a case into docs/disputes.md, from the one table `disputes.enums.MOVES`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from disputes.enums import MOVES, DisputeState  # noqa: E402

DOCUMENT = ROOT / "docs" / "disputes.md"
BEGIN = "<!-- drawn by tools/draw_dispute_moves.py -->"
END = "<!-- end of the drawing -->"


def diagram() -> str:
    """A Mermaid state diagram: every state, every arrow of the table, in the order of the enums."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.value}: {state.label}" for state in DisputeState]
    lines.append(f"    [*] --> {DisputeState.REGISTERED.value}: 登记")
    for move, (states, after) in MOVES.items():
        lines += [
            f"    {state.value} --> {(after or state).value}: {move.label}"
            for state in DisputeState
            if state in states
        ]
    lines.append(f"    {DisputeState.CLOSED.value} --> [*]")
    return "\n".join(lines)


def drawn(document: str) -> str:
    """The document with the diagram of today between its two marks."""
    before, _begin, rest = document.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n```mermaid\n{diagram()}\n```\n\n{END}{after}"


def main() -> None:
    """Write the document again where it differs."""
    old = DOCUMENT.read_text(encoding="utf-8")
    new = drawn(old)
    if new != old:
        DOCUMENT.write_text(new, encoding="utf-8")
        print(f"{DOCUMENT.name} 已更新。")


if __name__ == "__main__":
    main()
