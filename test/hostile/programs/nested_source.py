# end: exited 0
# limits: cpu=5000 memory=262144
# Sources that no parser is made for.
for source in ("(" * 100000, "[" * 100000 + "]" * 100000, "-" * 100000 + "1",
               "1" + "+1" * 100000, "x" + ".x" * 100000, "x" + "[x" * 100000,
               "lambda:" * 5000 + "1", "not " * 100000 + "1",
               "if 1:\n " * 200, "a=" * 100000 + "1", "'" * 1000001,
               "f'{" * 200 + "1" + "}'" * 200, "\x00", "1_" * 100000,
               "9" * 1000000, "x" * 1000000, "\n" * 1000000, "\\\n" * 100000):
    try:
        compile(source, "source", "exec")
    except (SyntaxError, RecursionError, MemoryError, ValueError,
            OverflowError):
        pass
print("ok")
