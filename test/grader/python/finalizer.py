class Thing:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("gone", self.name)


kept = Thing("kept")
Thing("at once")
print("end")
