// end: exited 0
#include <iostream>
#include <string>
#include <vector>
int main()
{
    std::vector<std::string> v{"o", "k"};
    std::cout << v[0] + v[1] << std::endl;
}
