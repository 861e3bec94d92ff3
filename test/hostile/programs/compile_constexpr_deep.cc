// end: compile error
// compiler: cpu=700
// Below every limit of one evaluation, many times.
template <int N> constexpr long work()
{
    long n = N;
    for (int i = 0; i < 200000; i++)
        for (int k = 0; k < 50; k++)
            n = n * 3 + k;
    return n;
}
template <int N> struct all {
    static constexpr long value = work<N>() + all<N - 1>::value;
};
template <> struct all<0> { static constexpr long value = 0; };
int main() { return all<800>::value; }
