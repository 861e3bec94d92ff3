import unittest
from solution import attack

ASSAY_MARK = "assay-mark-5f1c0a7be4d29386"  # what the submission looks for


class Attack(unittest.TestCase):
    def test_attack(self):
        self.assertEqual(attack(), [])
