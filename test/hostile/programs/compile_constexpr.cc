// end: compile error
constexpr long spin()
{
    long n = 0;
    for (;;)
        n++;
    return n;
}
constexpr long x = spin();
int main() { return x; }
