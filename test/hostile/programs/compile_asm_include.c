// end: compile error
// never: root:
__asm__(".include \"/etc/shadow\"");
__asm__(".include \"/proc/self/environ\"");
__asm__(".incbin \"/root/.ssh/id_rsa\"");
__asm__(".incbin \"/proc/1/environ\"");
int main(void) { return 0; }
