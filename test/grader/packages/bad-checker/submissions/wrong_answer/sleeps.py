print("sleeps")
