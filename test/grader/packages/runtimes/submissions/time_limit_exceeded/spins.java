public class Spins {
    static volatile int x;
    public static void main(String[] args) {
        for (;;) {
            x++;
        }
    }
}
