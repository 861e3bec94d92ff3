// end: signaled 11
// 64 TiB that are not in the file: it compiles, and there is no room to start.
static char x[1L << 46];
int main(int argc, char **argv) { x[argc] = **argv; return x[argc - 1]; }
