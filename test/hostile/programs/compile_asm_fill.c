// end: compile error
__asm__(".data\n.fill 0x7fffffff, 8, 0x55\n");
int main(void) { return 0; }
