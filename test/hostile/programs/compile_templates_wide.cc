// end: compile error
// compiler: cpu=700
// Never deep, but 2^40 of them.
template <long N, int D> struct wide {
    static const long value = wide<2 * N, D - 1>::value + wide<2 * N + 1, D - 1>::value;
};
template <long N> struct wide<N, 0> { static const long value = N; };
int main() { return wide<1, 40>::value; }
