x=abcdefghij
while :; do x=$x$x; done
