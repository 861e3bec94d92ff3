print("\d" == "\\d")
assert (1, "always")
