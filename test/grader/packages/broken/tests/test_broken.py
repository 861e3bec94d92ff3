import unittest

import no_such_module


class TestBroken(unittest.TestCase):
    def test_broken(self):
        self.assertTrue(no_such_module)
