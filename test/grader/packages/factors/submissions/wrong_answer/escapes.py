import sys

sys.stdout.buffer.write(b"\x1b]0;owned\x07\x1b[2J \x00 \xff\xe2\x80\xae evil\r\n")
