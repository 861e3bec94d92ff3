"""Beside the tests, in no file system."""

SECRET = "the submission must never see this"


class Node:
    """A class of the tests' own, given to the submission."""

    def __init__(self, value, after=None):
        self.value = value
        self.after = after
        self._hidden = SECRET

    def sum(self):
        return self.value + (self.after.sum() if self.after else 0)
