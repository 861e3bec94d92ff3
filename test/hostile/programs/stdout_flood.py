# end: output
# limits: output=64 disk=65536 cpu=20000
# Python ignores SIGXFSZ; and the file size limit is above the output's.
while True:
    try:
        print("flood" * 1000)
    except OSError:
        pass
