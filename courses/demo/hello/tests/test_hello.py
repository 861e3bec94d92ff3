import unittest

from solution import *


class TestHello(unittest.TestCase):
    def test_hello(self):
        self.assertEqual(hello(), "Hello")

    def test_hello_is_text(self):
        self.assertIsInstance(hello(), str)
