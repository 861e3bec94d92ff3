// end: compile error
// A parameter pack with a thousand million members.
#include <utility>
template <long... I> constexpr long sum(std::integer_sequence<long, I...>)
{
    return (I + ... + 0);
}
int main() { return sum(std::make_integer_sequence<long, 1000000000>()); }
