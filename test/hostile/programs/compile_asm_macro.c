// end: compile error
// The assembler's own loops and recursion.
__asm__(".macro bomb n\n bomb \"\\n+1\"\n bomb \"\\n+2\"\n.endm\n bomb 0\n");
__asm__(".rept 100000\n.rept 100000\n.quad 1\n.endr\n.endr\n");
int main(void) { return 0; }
