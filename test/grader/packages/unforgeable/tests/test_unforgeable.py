import unittest

import helper
import solution
from solution import *


class TestAnswer(unittest.TestCase):
    def test_almost(self):
        self.assertAlmostEqual(solution.ratio(), 0.72310954)

    def test_each(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertEqual(solution.answer() + i, helper.ANSWER + i)

    def test_equal(self):
        self.assertEqual(solution.answer(), helper.ANSWER)

    def test_guess(self):
        oracle = helper.Oracle()
        self.assertEqual(ask(oracle, oracle.guess), helper.ANSWER)
        self.assertLess(oracle.asked, 3)

    def test_in(self):
        found = words()
        for word in helper.WORDS:
            self.assertIn(word, found)

    def test_less(self):
        self.assertLess(helper.ANSWER - 1, answer())
        self.assertLess(answer(), helper.ANSWER + 1)

    def test_sorted(self):
        # the builtin, whatever the program calls its own functions
        self.assertEqual(sorted(words()), sorted(helper.WORDS))

    def test_true(self):
        self.assertTrue(check(helper.ANSWER))
        self.assertFalse(check(helper.ANSWER + 1))
