// end: memory
// limits: memory=32768 cpu=5000
#include <new>
#include <string>
#include <vector>
int main()
{
    std::vector<std::string> keep;
    for (;;) {
        try {
            keep.emplace_back(1 << 16, 'x');
        } catch (const std::bad_alloc &) {
        }
    }
}
