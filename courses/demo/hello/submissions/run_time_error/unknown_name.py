def hello():
    return Hello
