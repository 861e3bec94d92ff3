print("status 44")
