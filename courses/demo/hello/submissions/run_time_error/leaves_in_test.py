import os


def hello():
    os._exit(0)
