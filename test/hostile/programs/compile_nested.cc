// end: compile error
// compiler: cpu=700
// A million parentheses.
#define A (((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
int x = E E E E E 1;
int main(void) { return x; }
