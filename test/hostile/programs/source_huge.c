// end: refused
// pad: 102400
int main(void) { return 0; }
