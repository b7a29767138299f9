"""Arguments as rows of one array, and back."""

from collections import namedtuple

import numpy as np

from autograd_core.tape.lanes import Lanes

Point = namedtuple("Point", "x y")


def test_rows_in_the_order_of_the_arguments():
    lanes = Lanes([2.0, np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), {"a": [np.array([7, 8, 9])]}])
    assert lanes.rows.tolist() == [[2.0] * 3, [1.0, 3.0, 5.0], [2.0, 4.0, 6.0], [7.0, 8.0, 9.0]]
    assert lanes.form == ("argument 0", "argument 1[0]", "argument 1[1]", "argument 2['a'][0]")
    assert lanes.example(1) == [2.0, [3.0, 4.0], {"a": [8.0]}]
    assert (lanes.count, lanes.single) == (3, False)


def test_numbers_are_one_lane():
    lanes = Lanes([2, (3.0, np.float32(4.0))])
    assert lanes.single
    assert lanes.example(0) == [2.0, (3.0, 4.0)]
    assert lanes.like_arguments(np.array([[1.0], [2.0], [3.0]])) == [1.0, (2.0, 3.0)]


def test_results_have_the_form_of_the_arguments():
    lanes = Lanes([Point(np.zeros(2), [1.0]), np.zeros((2, 2))])
    point, table = lanes.like_arguments(np.arange(8.0).reshape(4, 2))
    assert isinstance(point, Point)
    assert point.x.tolist() == [0.0, 1.0]
    assert point.y[0].tolist() == [2.0, 3.0]
    assert table.tolist() == [[4.0, 6.0], [5.0, 7.0]]


def test_no_arguments_are_one_lane():
    lanes = Lanes([])
    assert (lanes.count, lanes.single, lanes.rows.shape) == (1, True, (0, 1))


def test_an_empty_list_holds_no_numbers():
    assert Lanes([[], np.zeros(4)]).rows.shape == (1, 4)
