import java.io.*;
import java.nio.file.*;
import java.util.*;

public class Plants {
    static void check(boolean ok, Object what) {
        if (!ok) {
            System.out.println(what);
            System.exit(1);
        }
    }

    public static void main(String[] args) throws IOException {
        check(new TreeMap<>(System.getenv()).toString().equals(
                "{HOME=/w, LANG=C.UTF-8, PATH=/usr/bin:/bin, TMPDIR=/tmp}"),
                System.getenv());
        check(System.getProperty("planted") == null, "an option");
        check(System.getProperty("file.encoding").equals("UTF-8"), "encoding");
        check(System.getProperty("java.class.path").equals("solution.jar"),
                System.getProperty("java.class.path"));
        String[] here = new File(".").list();
        check(here.length == 1 && here[0].equals("solution.jar"),
                Arrays.toString(here));
        check(new File("/tmp").list().length == 0, "something in /tmp");
        for (String name : List.of("JDK_JAVA_OPTIONS", ".hotspotrc",
                ".hotspot_compiler", ".java_options", "java.security",
                "Plants.class", "/tmp/x")) {
            Files.writeString(Path.of(name), "-Dplanted=1\n");
        }
        new File(".java/.userPrefs").mkdirs();
        System.out.println("ok");
    }
}
