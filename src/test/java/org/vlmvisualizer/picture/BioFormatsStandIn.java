package org.vlmvisualizer.picture;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.vlmvisualizer.JavaProcess;

/** A jar with Bio-Formats' signatures, made of the sources in src/test/resources/bio-formats. */
public final class BioFormatsStandIn {
  private static final Path SOURCES = Path.of("src/test/resources/bio-formats");

  private BioFormatsStandIn() {}

  /** Compiles it into a folder, and returns the jar. */
  public static Path jar(Path folder) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("bio-formats-classes"));
    List<String> arguments =
        new ArrayList<>(List.of("-d", classes.toString(), "-cp", JavaProcess.classPath()));
    try (Stream<Path> files = Files.walk(SOURCES)) {
      files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
    }
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    if (failed != 0) {
      throw new AssertionError("not compiled");
    }
    Path jar = folder.resolve("bioformats_package.jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, entries);
      }
    }
    return jar;
  }
}
