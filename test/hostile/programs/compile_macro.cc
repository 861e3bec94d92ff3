// end: compile error
// compiler: cpu=700
#define A(x) x x x x x x x x x x
#define B(x) A(x) A(x) A(x) A(x) A(x) A(x) A(x) A(x) A(x) A(x)
#define C(x) B(B(x)) B(B(x)) B(B(x)) B(B(x)) B(B(x))
#define D(x) C(C(x)) C(C(x)) C(C(x)) C(C(x)) C(C(x))
int f[] = {D(D(1,))};
int main(void) { return 0; }
