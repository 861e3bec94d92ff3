// end: signaled 6
#include <stdexcept>
int main() { throw std::runtime_error("ok\n"); }
