package school.first;

import java.util.Scanner;

class Helper {
    public static void main(String[] args) {
        System.out.println("the public class is the program");
    }
}

public class Solution {
    static class Inner {
        static long sum(Scanner in) {
            long sum = 0;
            for (int n = in.nextInt(); n > 0; n--) {
                sum += in.nextInt();
            }
            return sum;
        }
    }

    public static void main(String[] args) {
        System.out.println(Inner.sum(new Scanner(System.in)));
    }
}
