// end: compile error
// compiler: cpu=700
// A switch over everything.
int f(long x)
{
    switch (x) {
#define A(n) case n: x += n; case n + 1: x ^= n; case n + 2: x *= n; case n + 3:
#define B(n) A(n) A(n + 4) A(n + 8) A(n + 12) A(n + 16) A(n + 20) A(n + 24)
#define C(n) B(n) B(n + 28) B(n + 56) B(n + 84) B(n + 112) B(n + 140)
#define D(n) C(n) C(n + 168) C(n + 336) C(n + 504) C(n + 672) C(n + 840)
#define E(n) D(n) D(n + 1008) D(n + 2016) D(n + 3024) D(n + 4032) D(n + 5040)
#define F(n) E(n) E(n + 6048) E(n + 12096) E(n + 18144) E(n + 24192)
        F(0L) F(30240L) F(60480L) F(90720L) F(120960L)
        return (int)x;
    }
}
int main(void) { return f(1) + undeclared; }
