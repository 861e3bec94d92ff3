// end: compile error
// Megabytes of diagnostics.
#define E(x) static_assert(0, "no" #x);
#define T(x) E(x##0) E(x##1) E(x##2) E(x##3) E(x##4) E(x##5) E(x##6) E(x##7)
#define H(x) T(x##0) T(x##1) T(x##2) T(x##3) T(x##4) T(x##5) T(x##6) T(x##7)
#define K(x) H(x##0) H(x##1) H(x##2) H(x##3) H(x##4) H(x##5) H(x##6) H(x##7)
K(0) K(1) K(2) K(3) K(4) K(5) K(6) K(7)
int main(void) { return 0; }
