print("status 0")
