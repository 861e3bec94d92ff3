import collections

LIMIT = 100
counter = 0

Point = collections.namedtuple("Point", "x y")


def add(a, b):
    return a + b


def same(x):
    return x


def point(x, y):
    return Point(x, y)


def count():
    global counter
    counter += 1


def change(numbers, table, seen):
    numbers.sort()
    table["a"].append(2)
    table["b"] = []
    seen.add(9)


class BankError(LookupError):
    def __init__(self, text, missing):
        super().__init__(text)
        self.missing = missing


class Account:
    """Somebody's money."""

    currency = "EUR"

    def __init__(self, owner):
        self.owner = owner
        self.balance = 0
        self.closed = False

    def __str__(self):
        return f"{self.owner}: {self.balance}"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.closed = True

    def deposit(self, amount):
        if amount < 0:
            raise ValueError("negative")
        self.balance += amount

    def withdraw(self, amount):
        if amount > self.balance:
            raise BankError(f"only {self.balance}", amount - self.balance)
        self.balance -= amount

    def nothing(self):
        return None


def countdown(n):
    while n > 0:
        yield n
        n -= 1


def accounts(*owners):
    return [Account(owner) for owner in owners]


def leave():
    raise SystemExit(3)


def twice(f, x):
    return f(f(x))


def sort_by(items, key):
    return sorted(items, key=key)


def walk(node):
    values = []
    while node is not None:
        values.append(node.value)
        node = node.after
    return values


def double(node):
    first = node
    while node is not None:
        node.value = node.value * 2
        node = node.after
    return first.sum()


def greet(name):
    print(f"Hello, {name}!")


def dialogue():
    name = input("Name? ")
    for _ in range(int(input("Times? "))):
        print(name)


def rest():
    import sys
    print("|".join(line.strip() for line in sys.stdin))
