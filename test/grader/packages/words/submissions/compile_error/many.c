#define A B B B B B B B B
#define B C C C C C C C C
#define C D D D D D D D D
#define D x;
int main(void) { A A A A A A A A A A A A A A A A A A A A A A A A A A A A }
