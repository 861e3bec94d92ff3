import java.security.*;
import java.util.*;
import java.util.concurrent.*;

class Threads {
    public static void main(String[] args) throws Exception {
        Scanner in = new Scanner(System.in);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        List<Future<Integer>> all = new ArrayList<>();
        for (int n = in.nextInt(); n > 0; n--) {
            int x = in.nextInt();
            all.add(pool.submit(() -> x));
        }
        long sum = 0;
        for (Future<Integer> f : all) {
            sum += f.get();
        }
        pool.shutdown();
        // these read /etc/java-*-openjdk
        MessageDigest.getInstance("SHA-256").digest(new byte[1]);
        UUID.randomUUID();
        System.out.println(sum);
    }
}
