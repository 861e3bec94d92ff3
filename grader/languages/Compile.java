// Compiles one file of Java into a jar that starts with its main class:
//
//     java Compile.java SOURCE JAR
//
// Run in the box, by java.lang.  In place of javac, which would want a public
// class in a file of its name: here the file's name decides nothing.  Started is
// the class that has `public static void main(String[])`: a public one first,
// then one called Main, then the first in the file.
import com.sun.source.util.JavacTask;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.TypeKind;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

class Compile {
    /** The program, under whatever name its public class asks for. */
    static class Source extends SimpleJavaFileObject {
        final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return kind == Kind.SOURCE;
        }
    }

    /** Class files, in memory. */
    static class Output extends ForwardingJavaFileManager<JavaFileManager> {
        final Map<String, ByteArrayOutputStream> classes = new TreeMap<>();

        Output(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location where, String name,
                JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(
                    URI.create("memory:///" + name.replace('.', '/')), kind) {
                @Override
                public OutputStream openOutputStream() {
                    ByteArrayOutputStream b = new ByteArrayOutputStream();
                    classes.put(name.replace('.', '/') + ".class", b);
                    return b;
                }
            };
        }
    }

    static boolean isMain(Element e) {
        if (e.getKind() != ElementKind.METHOD
                || !e.getSimpleName().contentEquals("main")
                || !e.getModifiers().contains(Modifier.PUBLIC)
                || !e.getModifiers().contains(Modifier.STATIC)) {
            return false;
        }
        ExecutableElement method = (ExecutableElement) e;
        return method.getReturnType().getKind() == TypeKind.VOID
                && method.getParameters().size() == 1
                && method.getParameters().get(0).asType().toString()
                        .equals("java.lang.String[]");
    }

    static int rank(TypeElement type) {
        if (type.getModifiers().contains(Modifier.PUBLIC)) {
            return 0;
        }
        return type.getSimpleName().contentEquals("Main") ? 1 : 2;
    }

    static TypeElement findMain(Iterable<? extends Element> elements) {
        TypeElement found = null;
        for (Element e : elements) {
            if (e instanceof TypeElement type && type.getEnclosedElements()
                    .stream().anyMatch(Compile::isMain)
                    && (found == null || rank(type) < rank(found))) {
                found = type;
            }
        }
        return found;
    }

    static void write(Path to, String main, Output output) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION,
                "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, main);
        try (JarOutputStream jar = new JarOutputStream(
                Files.newOutputStream(to), manifest)) {
            jar.setLevel(0);
            for (Map.Entry<String, ByteArrayOutputStream> c
                    : output.classes.entrySet()) {
                jar.putNextEntry(new JarEntry(c.getKey()));
                c.getValue().writeTo(jar);
            }
        }
    }

    /** As javac prints it, with the name of the file alone. */
    static void print(String name, Diagnostic<?> d) {
        String kind = d.getKind() == Diagnostic.Kind.ERROR ? "error"
                : "warning";
        if (d.getPosition() == Diagnostic.NOPOS) {
            System.err.println(kind + ": " + d.getMessage(null));
            return;
        }
        System.err.println(name + ":" + d.getLineNumber() + ": " + kind + ": "
                + d.getMessage(null));
        try {
            String line = ((Source) d.getSource()).text.lines()
                    .skip(d.getLineNumber() - 1).findFirst().orElse("");
            System.err.println(line);
            System.err.println(" ".repeat((int) d.getColumnNumber() - 1) + "^");
        } catch (RuntimeException e) {
            // a line that is not there needs no mark
        }
    }

    static String read(Path from) throws IOException {
        try {
            return StandardCharsets.UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(Files.readAllBytes(from)))
                    .toString();
        } catch (CharacterCodingException e) {
            System.err.println("error: the program is not UTF-8");
            System.exit(1);
            return null;
        }
    }

    public static void main(String[] args) throws IOException {
        Path from = Path.of(args[0]);
        DiagnosticCollector<JavaFileObject> said = new DiagnosticCollector<>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        Output output = new Output(compiler.getStandardFileManager(said, null,
                StandardCharsets.UTF_8));
        JavacTask task = (JavacTask) compiler.getTask(null, output, said,
                List.of("-proc:none", "-g", "-Xlint:-options"), null,
                List.of(new Source(args[0], read(from))));
        TypeElement main = findMain(task.analyze());
        task.generate();
        boolean failed = false;
        for (Diagnostic<?> d : said.getDiagnostics()) {
            print(args[0], d);
            failed = failed || d.getKind() == Diagnostic.Kind.ERROR;
        }
        if (!failed && main == null) {
            System.err.println("error: no class has a method"
                    + " `public static void main(String[] args)`");
            failed = true;
        }
        if (failed) {
            System.exit(1);
        }
        write(Path.of(args[1]), main.getQualifiedName().toString(), output);
    }
}
