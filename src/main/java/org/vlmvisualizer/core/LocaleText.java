package org.vlmvisualizer.core;

import java.nio.file.InvalidPathException;

/**
 * Text that comes through the system's locale: the command line and the names of files. In the
 * POSIX locale, the default of containers and batch jobs, Java reads no more of it than ASCII.
 */
public final class LocaleText {
  /** What Java puts for bytes that are no text in the locale's encoding. */
  public static final char UNREADABLE = '\uFFFD';

  private LocaleText() {}

  /**
   * @throws InputException if some of a text was lost when Java read it
   */
  public static void require(String text) {
    if (text.indexOf(UNREADABLE) >= 0) {
      throw new InputException(sentence(text));
    }
  }

  /** For a path that Java refuses. */
  public static InputException refusal(InvalidPathException e) {
    boolean ascii = e.getInput().chars().allMatch(c -> c < 0x80);
    return new InputException(
        ascii
            ? "Expected a path, found '%s'; leave out the characters that names of files cannot have here."
                .formatted(e.getInput())
            : sentence(e.getInput()),
        e);
  }

  private static String sentence(String text) {
    return sentence(text, System.getProperty("sun.jnu.encoding"));
  }

  static String sentence(String text, String encoding) {
    String remedy =
        encoding.equals("UTF-8")
            ? "type it anew, or rename the file"
            : "set LC_ALL=C.UTF-8 and start again";
    return "Expected text in the encoding of this program's locale (%s), found '%s', which cannot be read or written in it; %s."
        .formatted(encoding, text, remedy);
  }
}
