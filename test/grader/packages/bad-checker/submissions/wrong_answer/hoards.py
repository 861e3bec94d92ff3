print("hoards")
