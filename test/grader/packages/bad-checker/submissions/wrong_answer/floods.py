print("floods")
