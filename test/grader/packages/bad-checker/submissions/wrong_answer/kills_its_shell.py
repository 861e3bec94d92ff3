print("kills its shell")
