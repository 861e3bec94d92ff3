# end: exited 1
# Neither UTF-8 nor said to be anything else.
x = "ÿşÀ€"
print("ok")
