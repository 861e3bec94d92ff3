// end: compile error
// One name of a million bytes, said in one hundred diagnostics.
#define T(x) x##x##x##x##x##x##x##x##x##x
#define P(x) T(x)
#define N P(P(P(P(P(P(a))))))
int f(void) { return N + N + N + N + N + N + N + N + N + N; }
int main(void) { return N; }
