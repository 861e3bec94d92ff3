first = input()
second = input()
print(f"Hello, {first} {second}!")
