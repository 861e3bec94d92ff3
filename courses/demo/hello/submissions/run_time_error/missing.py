def helo():
    return "Hello"
