class Odd(Exception):
    pass


try:
    {}["x"]
except KeyError as e:
    raise Odd("ä\n€") from e
