"""What a forger would have to know."""

ANSWER = 72310954
WORDS = ["rhubarb", "quince"]


class Oracle:
    """Given to the submission: it may ask, and no more."""

    def __init__(self):
        self._answer = ANSWER
        self.asked = 0

    def guess(self, number):
        self.asked += 1
        return number == self._answer
