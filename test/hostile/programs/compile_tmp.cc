// end: compile error
// never: secret
// What earlier programs left (leftovers.c), and what others may have.
#include "/tmp/left"
#include "/dev/shm/left"
#include "/w/left"
#include "/box/w/../tmp/left"
#include "/tmp/datafile"
int main(void) { return 0; }
