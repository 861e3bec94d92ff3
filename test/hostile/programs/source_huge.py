# end: refused
# pad: 102400
# 100 MB of source, more than the disk that it may have: nobody's fault but the
# sender's, and graderd's own limit is far below.
print("not ok")
