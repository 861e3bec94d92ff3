import unittest

from solution import *


class TestSum(unittest.TestCase):
    def test_large(self):
        self.assertEqual(sum(123456789, 987654321), 1111111110)

    def test_negative(self):
        self.assertEqual(sum(-1, 1), 0)
        self.assertEqual(sum(-5, -7), -12)

    def test_small(self):
        for a in range(4):
            for b in range(4):
                with self.subTest(a=a, b=b):
                    self.assertEqual(sum(a, b), a + b)
