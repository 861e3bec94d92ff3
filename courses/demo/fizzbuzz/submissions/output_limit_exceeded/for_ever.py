number = 1
while True:
    print(number)
