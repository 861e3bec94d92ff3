class Check { static int Main() { return 42; } }
