// end: compile error
#define L [](auto f) { return [=](auto g) { return f(g, g); }; }
template <class F> auto twice(F f) { return [=](auto x) { return f(f)(f)(x); }; }
template <class F, int N> struct again {
    static auto run(F f) { return again<decltype(twice(f)), N + 1>::run(twice(f)); }
};
int main() { return again<decltype(L), 0>::run(L), 0; }
