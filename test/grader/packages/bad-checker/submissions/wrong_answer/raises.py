print("raises")
