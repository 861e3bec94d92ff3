def hello():
    while True:
        pass
