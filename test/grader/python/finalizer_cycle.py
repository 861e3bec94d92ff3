class Thing:
    def __del__(self):
        print("gone")


a = Thing()
a.self = a
del a
print("end")
