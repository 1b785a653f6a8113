"""Records behave as frozen dataclasses with slots do."""

from __future__ import annotations

import copy

import pytest

from inspector.terms.record import field, record, replace


@record
class Point:
    x: int
    y: int = 2
    tags: list = field(default_factory=list)
    note: str = field(default="", compare=False, repr=False)


@record(frozen=False, eq=False)
class Counter:
    count: int = 0

    def __post_init__(self):
        self.count += 1


def test_fields_are_given_by_place_by_name_or_by_default():
    assert (Point(1).x, Point(1).y, Point(1).tags) == (1, 2, [])
    assert (Point(1, 3).y, Point(y=4, x=1).y, Point(1, y=5).y) == (3, 4, 5)


def test_defaults_are_made_anew():
    assert Point(1).tags is not Point(1).tags


@pytest.mark.parametrize("wrong", [Point, lambda: Point(1, x=1), lambda: Point(1, z=1), lambda: Point(1, 2, [], "", 5)])
def test_wrong_fields(wrong):
    with pytest.raises(TypeError, match=r"Point\(x, y, tags, note\)"):
        wrong()


def test_frozen():
    with pytest.raises(AttributeError):
        Point(1).x = 2
    with pytest.raises(AttributeError):
        del Point(1).x
    with pytest.raises(AttributeError):
        object.__setattr__(Point(1), "other", 1)  # slots: there is no room for it


def test_compared_by_the_fields_that_take_part():
    assert Point(1, 2, [], "a") == Point(1, 2, [], "b")
    assert Point(1) != Point(2)
    assert Point(1) != (1, 2, [], "")
    assert repr(Point(1)) == "Point(x=1, y=2, tags=[])"


def test_identity_and_change_where_asked_for():
    one = Counter()
    assert one != Counter()
    one.count = 7
    assert one.count == 7
    assert len({one, one}) == 1


def test_replaced():
    assert replace(Point(1, note="n"), x=5).x == 5
    assert replace(Point(1, note="n"), x=5).note == "n"
    with pytest.raises(TypeError):
        replace(Point(1), z=1)


def test_copied():
    assert copy.deepcopy(Point(1, 2, ["a"])) == Point(1, 2, ["a"])


def test_matched():
    match Point(1, 3):
        case Point(x, y):
            assert (x, y) == (1, 3)
