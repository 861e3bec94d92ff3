import unittest

from solution import *


class TestHelloWorld(unittest.TestCase):
    def test_hello_world(self):
        self.assertEqual(hello(), "Hello world!")
