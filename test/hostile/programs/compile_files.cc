// end: compile error
// never: root:
#include "/etc/shadow"
#include "/proc/self/environ"
#include "/proc/1/environ"
#include "/root/.ssh/id_rsa"
#include "/etc/hostname"
int main(void) { return 0; }
