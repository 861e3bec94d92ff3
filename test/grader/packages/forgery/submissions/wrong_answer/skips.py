# A test that the submission skips was not passed.
import unittest


def answer():
    raise unittest.SkipTest("not today")
