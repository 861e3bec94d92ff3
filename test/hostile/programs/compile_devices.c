// end: compile error
#include "/dev/null"
#include "/dev/tty"
#include "/dev/ptmx"
#include "/dev/vda"
#include "/dev/mem"
#include "/dev/kmsg"
#include "/dev/stdout"
#include "/usr"
#include "/"
#include "."
int main(void) { return 0; }
