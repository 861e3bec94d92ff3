exit("a reason")
