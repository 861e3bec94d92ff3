// end: compile error
// never: root:
// A raw string that never ends; its delimiter is part of the message.
#include "/etc/shadow"
const char *s = R"aaaaaaaaaaaaaaaa(
%s%n
#include "/etc/shadow"
