public class NoType {
    public static void main(String[] args) {
        x = 6;
        System.out.println(x);
    }
}
