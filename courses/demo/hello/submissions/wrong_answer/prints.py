# Prints the text instead of returning it.
def hello():
    print("Hello")
