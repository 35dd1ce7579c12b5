package org.vlmvisualizer.picture;

import ij.IJ;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.vlmvisualizer.core.InputException;

/**
 * Bio-Formats' own classes, by their names: Fiji has them, and others may name a jar. Its licence
 * is another than this plugin's, which neither ships it nor is compiled against it.
 */
final class BioFormatsLibrary {
  /** The variable that names bioformats_package.jar, or a folder with Bio-Formats' jars. */
  static final String VARIABLE = "VLM_BIO_FORMATS";

  private static final String READER = "loci.plugins.util.ImageProcessorReader";
  private static BioFormatsLibrary found;

  private final ClassLoader loader;
  private final Map<List<Object>, Method> methods = new ConcurrentHashMap<>();

  private BioFormatsLibrary(ClassLoader loader) {
    this.loader = loader;
  }

  /**
   * The one that is there.
   *
   * @param file that needs it
   * @throws InputException if there is none
   */
  static synchronized BioFormatsLibrary require(Path file) {
    if (found == null) {
      found = find(System.getenv(VARIABLE), file);
    }
    return found;
  }

  /**
   * From now on, this one.
   *
   * @param library null for that which is there
   */
  static synchronized void use(BioFormatsLibrary library) {
    found = library;
  }

  /**
   * Looks for one anew.
   *
   * @param variable what {@link #VARIABLE} says, or null
   */
  static BioFormatsLibrary find(String variable, Path file) {
    // ImageJ's own is null as long as none of its plugins ran.
    for (ClassLoader loader :
        Arrays.asList(BioFormatsLibrary.class.getClassLoader(), IJ.getClassLoader())) {
      if (isIn(loader)) {
        return new BioFormatsLibrary(loader);
      }
    }
    if (variable == null || variable.isBlank()) {
      throw new InputException(
          "Expected Bio-Formats to read %s, found none; ask in Fiji, or let the variable %s name Bio-Formats' bioformats_package.jar."
              .formatted(file, VARIABLE));
    }
    return of(variable);
  }

  /**
   * The one in a jar, or in a folder of jars.
   *
   * @throws InputException if it is not there
   */
  static BioFormatsLibrary of(String jars) {
    try {
      ClassLoader loader =
          new URLClassLoader(urls(Path.of(jars)), BioFormatsLibrary.class.getClassLoader());
      if (isIn(loader)) {
        return new BioFormatsLibrary(loader);
      }
    } catch (IOException | InvalidPathException e) {
      // Said below.
    }
    throw new InputException(
        "Expected %s to name Bio-Formats' bioformats_package.jar, or a folder with its jars, found none in %s."
            .formatted(VARIABLE, jars));
  }

  private static URL[] urls(Path jars) throws IOException {
    List<URL> urls = new ArrayList<>();
    if (Files.isDirectory(jars)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(jars, "*.jar")) {
        for (Path jar : all) {
          urls.add(url(jar));
        }
      }
    } else {
      urls.add(url(jars));
    }
    return urls.toArray(URL[]::new);
  }

  private static URL url(Path jar) throws MalformedURLException {
    return jar.toUri().toURL();
  }

  private static boolean isIn(ClassLoader loader) {
    try {
      return loader != null && Class.forName(READER, false, loader) != null;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /** A class of it. */
  Class<?> type(String name) {
    try {
      return Class.forName(name, true, loader);
    } catch (ClassNotFoundException e) {
      throw new NoClassDefFoundError(name);
    }
  }

  /**
   * A new object.
   *
   * @param parameter type of the only parameter, or null where there is none
   */
  Object make(String name, String parameter, Object argument) throws IOException {
    try {
      return parameter == null
          ? type(name).getConstructor().newInstance()
          : type(name).getConstructor(type(parameter)).newInstance(argument);
    } catch (ReflectiveOperationException e) {
      throw thrown(e);
    }
  }

  /**
   * Calls a public method.
   *
   * @param type public class or interface that has it
   * @param target null for a static one
   */
  Object call(Class<?> type, Object target, String name, Object... arguments) throws IOException {
    Method method =
        methods.computeIfAbsent(
            List.of(type, name, arguments.length), key -> method(type, name, arguments.length));
    try {
      return method.invoke(target, arguments);
    } catch (ReflectiveOperationException e) {
      throw thrown(e);
    }
  }

  private static Method method(Class<?> type, String name, int parameters) {
    for (Method method : type.getMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == parameters) {
        return method;
      }
    }
    throw new NoSuchMethodError(type.getName() + "." + name);
  }

  /** What Bio-Formats threw, or that it is another than this was written for. */
  private static IOException thrown(ReflectiveOperationException e) {
    Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof IOException trouble ? trouble : new IOException(reason(cause), cause);
  }

  /** Its own words where they are words, and not those of a program. */
  private static String reason(Throwable cause) {
    String text = String.valueOf(cause.getMessage()).strip();
    boolean words =
        text.matches("[\\x20-\\x7e]{1,200}") && !text.matches(".*(Exception|\\bnull\\b|java\\.).*");
    return words && cause.getClass().getSimpleName().endsWith("FormatException")
        ? "Bio-Formats: " + text
        : "Bio-Formats finds it damaged, or does not know its kind";
  }
}
