with open("new.txt", "w") as f:
    f.write("ä€\n")
print(open("new.txt").read(), open("new.txt", "rb").read())
print(open(__file__).readline())
