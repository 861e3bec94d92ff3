template <int n> struct bomb {
    bomb<n + 1> a;
    bomb<n + 2> b;
};
int main()
{
    bomb<0> b;
}
