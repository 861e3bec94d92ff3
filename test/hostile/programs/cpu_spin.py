# end: cpu
# limits: cpu=300 wall=10000
while True:
    pass
