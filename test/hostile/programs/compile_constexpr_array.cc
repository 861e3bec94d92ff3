// end: compile error
// compiler: cpu=700
// 16 GiB of constant.
struct big {
    long x[1L << 31];
    constexpr big() : x() { for (long i = 0; i < (1L << 31); i++) x[i] = i; }
};
constexpr big b;
int main() { return b.x[77]; }
