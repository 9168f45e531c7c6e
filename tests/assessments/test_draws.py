"""The drawing of lots itself: fixed by seed, public number and codes, and by nothing else."""

from __future__ import annotations

import subprocess
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import draws

SEED = "00" * 32
POOL = [(1, "530628100000", "甲镇"), (2, "530628101000", "乙镇"), (3, "530628K1", "政法口")]


def test_seal_is_the_sha256_of_the_seed_as_it_is_written():
    assert draws.seal(SEED) == "60e05bd1b195af2f94112fa7197a5c88289058840ce7c6df9693756bc6250f55"


@pytest.mark.parametrize(
    ("salt", "wanted", "codes"),
    [
        ("20261122", 0, []),
        ("20261122", 2, ["530628K1", "530628100000"]),
        ("20261122", 9, ["530628K1", "530628100000", "530628101000"]),
        ("20261123", 1, ["530628K1"]),
    ],
)
def test_lowest_digests_are_drawn(salt: str, wanted: int, codes: list[str]):
    drawn = draws.draw(SEED, salt, POOL, wanted)

    assert [lot.code for lot in drawn] == codes
    assert [lot.digest for lot in drawn] == sorted(lot.digest for lot in drawn)


@settings(max_examples=60)
@given(st.permutations(range(20)), st.text("0123456789abcdef", min_size=1), st.integers(0, 25))
def test_order_of_the_list_changes_nothing(order: list[int], seed: str, wanted: int):
    pool = [(number, f"5306281{number:02d}000", f"{number}镇") for number in range(20)]

    assert draws.draw(seed, "1", [pool[at] for at in order], wanted) == draws.draw(
        seed, "1", pool, wanted
    )


@settings(max_examples=40)
@given(st.text("0123456789abcdef", min_size=1), st.integers(0, 10))
def test_more_are_drawn_after_the_same_first_ones(seed: str, wanted: int):
    pool = [(number, f"{number}", f"{number}镇") for number in range(12)]

    fewer = draws.draw(seed, "s", pool, wanted)

    assert draws.draw(seed, "s", pool, wanted + 1)[:wanted] == fewer


@pytest.mark.slow
def test_each_unit_is_drawn_about_equally_often():
    pool = [(number, f"5306281{number:02d}000", f"{number}镇") for number in range(18)]
    times = 6_000

    counts = Counter(
        lot.unit_id for number in range(times) for lot in draws.draw(f"{number:064x}", "9", pool, 3)
    )

    usual = times * 3 / 18
    chi_square = sum((counts[unit_id] - usual) ** 2 / usual for unit_id, _code, _name in pool)
    assert len(counts) == 18
    assert chi_square < 40.8  # 17 degrees of freedom: exceeded by chance once in a thousand


def test_checks_are_right_as_recorded_and_show_what_was_altered():
    drawn = draws.draw(SEED, "20261122", POOL, 2)
    told = {
        "seed": SEED,
        "seal_published": draws.seal(SEED),
        "salt": "20261122",
        "pool": POOL,
        "wanted": 2,
    }
    result = [(lot.code, lot.digest) for lot in drawn]

    right = draws.checks(**told, result=result)
    swapped = draws.checks(**told, result=result[::-1])
    reseeded = draws.checks(**{**told, "seed": "11" * 32}, result=result)
    shortened = draws.checks(**told, result=result[:1])

    assert [each.is_right for each in right] == [True] * 4
    assert [each.is_right for each in swapped] == [True, True, False, False]
    assert not reseeded[0].is_right
    assert [each.is_right for each in shortened] == [True, False, True]


@pytest.mark.slow
def test_printed_command_draws_the_same():
    command = draws.shell_command(SEED, "20261122", [code for _id, code, _name in POOL], 2)

    said = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)

    drawn = draws.draw(SEED, "20261122", POOL, 2)
    assert said.stdout.split("\n")[:-1] == [f"{lot.digest} {lot.code}" for lot in drawn]
