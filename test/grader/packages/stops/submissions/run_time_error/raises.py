def deep(line):
    if line.endswith("1"):
        raise ValueError("\x1b[31m" + line)


line = input()
deep(line)
print(line)
