def hello():
    # Replace the empty text by the right one.
    return ""
