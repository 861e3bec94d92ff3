import java.util.*;

// makes 2 GB of garbage, and needs hardly any memory
class Garbage {
    public static void main(String[] args) {
        Scanner in = new Scanner(System.in);
        long sum = 0;
        int[] last = null;
        for (int i = 0; i < 5000; i++) {
            last = new int[100000];
        }
        for (int n = in.nextInt(); n > 0; n--) {
            sum += in.nextInt();
        }
        System.out.println(sum + last[7]);
    }
}
