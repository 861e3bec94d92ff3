# end: exited 0
for call in (lambda: int("9" * 1000000), lambda: str(10 ** 1000000)):
    try:
        call()
        print("not ok: no limit")
    except ValueError:
        pass
print("ok")
