// end: compile error
// An object file of 4 GB.
int x[1 << 30] = {1};
int main(void) { return x[5]; }
