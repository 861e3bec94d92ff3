"""What tests may do with a program that is another process."""

import collections
import contextlib
import datetime
import decimal
import fractions
import io
import unittest
from unittest import mock

import solution
from helper import SECRET, Node
from solution import *
from solution import Account, BankError, LIMIT, add

EVERYTHING = [
    None, True, False, 0, -1, 2**63 - 1, -2**63, 2**200, -2**200, 1.5,
    float("inf"), 1 + 2j, "", "plain", "ä\0\ud800\U0001f600", b"", b"\0\xff",
    bytearray(b"x"), [], [[1], [2, [3]]], (), (1, (2,)), {}, {"a": {1: [2]}},
    set(), {1, 2}, frozenset({(1, 2)}), ..., range(3, 9, 2), int, ValueError,
    datetime.date(2024, 2, 29), datetime.timedelta(days=-1, seconds=3),
    datetime.datetime(2024, 2, 29, 23, 59, tzinfo=datetime.timezone.utc),
    decimal.Decimal("1.10"), fractions.Fraction(1, 3),
    collections.Counter("abca"), collections.deque([1, 2], 3),
    collections.OrderedDict(b=1, a=2), collections.defaultdict(list, a=[1]),
]


class TestValues(unittest.TestCase):
    def test_there_and_back(self):
        for value in EVERYTHING:
            with self.subTest(value=repr(value)):
                back = same(value)
                self.assertEqual(back, value)
                self.assertIs(type(back), type(value))

    def test_named_tuple(self):
        self.assertEqual(point(1, 2), (1, 2))
        self.assertEqual(point(1, 2).y, 2)
        self.assertIsInstance(point(1, 2), tuple)

    def test_global(self):
        self.assertEqual(LIMIT, 100)
        self.assertEqual(solution.counter, 0)
        solution.count()
        self.assertEqual(solution.counter, 1)

    def test_arguments_changed_in_place(self):
        numbers, table, seen = [3, 1, 2], {"a": [1]}, {1}
        inner = table["a"]
        change(numbers, table, seen)
        self.assertEqual(numbers, [1, 2, 3])
        self.assertEqual(table, {"a": [1, 2], "b": []})
        self.assertIs(table["a"], inner)
        self.assertEqual(seen, {1, 9})

    def test_too_deep(self):
        nested = []
        for _ in range(1000):
            nested = [nested]
        with self.assertRaises(ValueError):
            same(nested)
        self.assertEqual(add(1, 2), 3)


class TestObjects(unittest.TestCase):
    def setUp(self):
        self.account = Account("Ann")

    def test_methods_and_attributes(self):
        self.assertEqual(self.account.balance, 0)
        self.account.deposit(5)
        self.account.deposit(amount=2)
        self.assertEqual(self.account.balance, 7)
        self.account.owner = "Bob"
        self.assertEqual(self.account.owner, "Bob")
        self.assertEqual(str(self.account), "Bob: 7")
        self.assertEqual(f"{self.account}", "Bob: 7")
        self.assertEqual(Account.__doc__, "Somebody's money.")
        self.assertEqual(Account.currency, "EUR")
        self.assertFalse(hasattr(self.account, "missing"))

    def test_identity(self):
        other = Account("Cid")
        self.account.friend = other
        self.assertIs(self.account.friend, other)
        self.assertIsNot(self.account.friend, self.account)
        self.assertIsNone(self.account.nothing())

    def test_iteration(self):
        self.assertEqual(list(countdown(3)), [3, 2, 1])
        self.assertEqual([a.owner for a in accounts("x", "y")], ["x", "y"])
        numbers = countdown(2)
        self.assertEqual(next(numbers), 2)
        self.assertEqual(next(numbers), 1)
        with self.assertRaises(StopIteration):
            next(numbers)

    def test_context(self):
        with Account("Dan") as account:
            self.assertEqual(account.owner, "Dan")
        self.assertTrue(account.closed)

    def test_exceptions(self):
        with self.assertRaises(ValueError) as caught:
            self.account.deposit(-1)
        self.assertEqual(str(caught.exception), "negative")
        with self.assertRaisesRegex(BankError, "only 0") as caught:
            self.account.withdraw(3)
        self.assertEqual(caught.exception.args, ("only 0",))
        self.assertEqual(caught.exception.missing, 3)
        self.assertIsInstance(caught.exception, LookupError)
        with self.assertRaises(solution.BankError):
            self.account.withdraw(1)
        with self.assertRaises(SystemExit):
            solution.leave()
        with self.assertRaises(KeyError):
            same({})["x"]

    def test_callbacks(self):
        self.assertEqual(twice(lambda x: x + 1, 5), 7)
        self.assertEqual(sort_by([3, -1, 2], abs), [-1, 2, 3])
        called = mock.Mock(return_value=4)
        self.assertEqual(twice(called, 1), 4)
        called.assert_called_with(4)
        with self.assertRaises(ZeroDivisionError):
            twice(lambda x: x / 0, 5)

    def test_objects_of_the_tests(self):
        node = Node(1, Node(2, Node(3)))
        self.assertEqual(walk(node), [1, 2, 3])
        self.assertEqual(double(node), 12)
        self.assertEqual(node.sum(), 12)
        self.assertEqual(same(node), node)
        self.assertIs(same(node), node)


class TestPrinting(unittest.TestCase):
    def test_output(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            print("before")
            solution.greet("Ann")
            print("after")
        self.assertEqual(out.getvalue(), "before\nHello, Ann!\nafter\n")

    @mock.patch("sys.stdout", new_callable=io.StringIO)
    def test_output_patched(self, out):
        greet("Bob")
        self.assertEqual(out.getvalue(), "Hello, Bob!\n")

    @mock.patch("builtins.input", side_effect=["Cid", "3"])
    def test_input_patched(self, asked):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            solution.dialogue()
        self.assertEqual(out.getvalue(), "Cid\nCid\nCid\n")
        self.assertEqual(asked.call_args_list[0], mock.call("Name? "))

    @mock.patch("sys.stdin", io.StringIO("Dan\n2\nrest\nof it\n"))
    def test_input_replaced(self):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            solution.dialogue()
            solution.rest()
        self.assertEqual(out.getvalue(),
                         "Name? Times? Dan\nDan\nrest|of it\n")

    def test_nothing_leaks(self):
        self.assertNotEqual(add(1, 1), SECRET)
