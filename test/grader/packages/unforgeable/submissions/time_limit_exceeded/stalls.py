# Never answers.
import time


def answer():
    time.sleep(3600)


ratio = words = check = ask = answer
