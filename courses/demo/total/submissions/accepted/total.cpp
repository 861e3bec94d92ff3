#include <bits/stdc++.h>
using namespace std;

int main() {
    int n;
    cin >> n;
    long long total = 0;
    for (int i = 0; i < n; i++) {
        long long price;
        cin >> price;
        total += price;
    }
    cout << total << '\n';
}
