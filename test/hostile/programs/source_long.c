// end: exited 0
// pad: 8192
#include <stdio.h>
int main(void) { puts("ok"); return 0; }
