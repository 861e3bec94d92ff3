// end: compile error
// A diagnostic that lists every candidate, each with a type of kilobytes.
template <class... T> struct t {};
using a = t<t<t<int, long>, t<char, int>>, t<t<int, long>, t<char, int>>>;
using b = t<a, a, a, a, a, a, a, a>;
using c = t<b, b, b, b, b, b, b, b>;
using d = t<c, c, c, c, c, c, c, c>;
using e = t<d, d, d, d, d, d, d, d>;
template <class T> void f(e, T);
template <class T> void f(T, e);
template <class T> void f(T *, e);
int main() { f(1, 2); f(d(), d()); f(e(), e()); f(c(), e()); f(&main); }
