# end: cpu
# limits: cpu=400 wall=20000
# 10^6 digits, by somebody who has taken the interpreter's limit away.
import sys
sys.set_int_max_str_digits(0)
n = int("9" * 1000000)
while True:
    n *= n
    len(str(n))
