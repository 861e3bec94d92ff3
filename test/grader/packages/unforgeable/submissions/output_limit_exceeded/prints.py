def answer():
    while True:
        print("OK" * 1000, flush=True)


ratio = words = check = ask = answer
