public class NoMain {
    static void main(String[] args) {
        System.out.println(6);
    }
}
