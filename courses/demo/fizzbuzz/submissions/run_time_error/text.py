# input() gives text, and text has no remainder by 3.
n = input()
print("Fizz" if n % 3 == 0 else n)
