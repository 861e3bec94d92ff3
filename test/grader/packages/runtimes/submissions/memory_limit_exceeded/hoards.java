import java.util.*;

public class Hoards {
    public static void main(String[] args) {
        List<int[]> all = new ArrayList<>();
        for (;;) {
            all.add(new int[10000]);
        }
    }
}
