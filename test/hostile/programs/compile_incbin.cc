// end: compile error
// never: root:
__asm__(".incbin \"/etc/shadow\"");
int main(void) { return 0; }
