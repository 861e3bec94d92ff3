# end: exited 0
# pad: 6144
# limits: memory=262144 cpu=5000
print("ok")
