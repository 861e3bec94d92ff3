def sum(numbers):
    return numbers[0] + numbers[1]
