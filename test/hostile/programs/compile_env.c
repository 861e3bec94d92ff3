// end: compile error
// never: ASSAY
// The compiler's own environment and descriptors; the assembler reads a file
// whose size is 0, too.
#include "/proc/self/environ"
#include "/proc/self/cmdline"
#include "/proc/self/maps"
#include "/proc/self/status"
#include "/proc/self/fd/3"
#include "/dev/stdin"
__asm__(".include \"/proc/self/environ\"");
int main(void) { return 0; }
