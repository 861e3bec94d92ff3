import java.io.*;
import java.util.*;
import java.util.stream.*;

interface Adder {
    long add(List<Long> of);
}

record Plain(String name) implements Adder {
    public long add(List<Long> of) {
        return of.stream().mapToLong(Long::longValue).sum();
    }

    static void main(int notThisOne) {
    }
}

class Summer {
    public static void main(String... args) throws IOException {
        BufferedReader in = new BufferedReader(
                new InputStreamReader(System.in));
        in.readLine();
        List<Long> all = in.lines().flatMap(l -> Stream.of(l.split(" ")))
                .map(Long::parseLong).toList();
        System.out.println(new Plain("x").add(all));
    }
}
