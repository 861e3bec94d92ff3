def answer():
    return b"x" * (300 << 20)


ratio = words = check = ask = answer
