// end: compile error
// Infinite, and each level twice.
template <class A, class B> struct pair {};
template <class T> struct bomb {
    static const int value = bomb<pair<T, int>>::value + bomb<pair<int, T>>::value;
};
int main() { return bomb<int>::value; }
