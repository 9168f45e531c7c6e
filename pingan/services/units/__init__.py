"""Writing the unit tree: nothing else writes Unit, UnitVersion and UnitEvent."""

from pingan.services.units.changes import (
    close_unit,
    correct_unit,
    create_unit,
    merge_unit,
    move_unit,
    rename_unit,
    split_unit,
)
from pingan.services.units.planting import PlantedUnit, plant_tree
from pingan.services.units.tree import MovedUnit, NewUnit, Part

__all__ = [
    "MovedUnit",
    "NewUnit",
    "Part",
    "PlantedUnit",
    "close_unit",
    "correct_unit",
    "create_unit",
    "merge_unit",
    "move_unit",
    "plant_tree",
    "rename_unit",
    "split_unit",
]
