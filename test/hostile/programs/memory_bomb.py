# end: memory
# limits: memory=65536 cpu=5000
keep = []
while True:
    keep.append(bytearray(1 << 20))
