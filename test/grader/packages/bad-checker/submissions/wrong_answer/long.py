print("long")
