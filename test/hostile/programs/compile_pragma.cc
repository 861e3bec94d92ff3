// end: compile error
// Options by pragma: the compiler takes none that loads, reads or writes.
#pragma GCC diagnostic error "-Wpragmas"
#pragma GCC diagnostic error "-Wunknown-pragmas"
#pragma GCC optimize("-fplugin=/w/evil.so")
#pragma GCC optimize("-fdump-tree-all=/tmp/x")
#pragma GCC optimize("-specs=/w/specs")
#pragma GCC optimize("-wrapper=/w/prog")
#pragma GCC optimize("-o/etc/x")
#pragma GCC optimize("@/etc/shadow")
#pragma GCC target("arch=../../etc")
#pragma GCC pch_preprocess "/etc/shadow"
#pragma GCC dependency "/etc/shadow"
#pragma GCC plugin "/w/evil.so"
int main(void) { return 0; }
