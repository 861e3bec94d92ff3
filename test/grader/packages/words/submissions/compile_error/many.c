/* More errors than a report keeps. */
#define JOIN(a, b) a##b
#define NAME(n)    JOIN(nobody_knows_this_name_, n)
#define ONE        NAME(__COUNTER__);
#define FOUR       ONE ONE ONE ONE
#define MANY       FOUR FOUR FOUR FOUR

int
main(void)
{
    MANY MANY MANY MANY MANY MANY MANY MANY
    MANY MANY MANY MANY MANY
}
