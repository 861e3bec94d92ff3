import unittest

from solution import *


class TestHello(unittest.TestCase):
    def test_hello(self):
        self.assertEqual(hello(), "Hello", "hello() returns another text.")

    def test_hello_is_text(self):
        self.assertIsInstance(hello(), str, "hello() returns no text.")
