package org.vlmvisualizer.ask;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import org.vlmvisualizer.core.LocaleText;

/**
 * Names of the folders for results: each says which picture it is of, and no two are one, not even
 * where a file system takes capitals for small letters. Of pictures whose folders would be one, the
 * first in order has the plain name; behind those of the others stands a hash of the picture's own
 * name, so that it does not change with what else comes or goes behind it.
 */
final class ResultFolders {
  private static final int SHORT = 8; // digits of a hash

  private final Set<String> taken = new HashSet<>();

  /**
   * The plain name for a file. With the extension, or a.png and a.tif would share a folder; with -
   * for the dot, or it could be taken for the picture, or stand in its place. A picture whose name
   * cannot be read gets no results, but its folder is looked for.
   *
   * @param name a path relative to the folder of pictures, with / between
   */
  static String plain(String name) {
    int dot = name.lastIndexOf('.');
    String folder =
        dot > name.lastIndexOf('/') ? name.substring(0, dot) + "-" + name.substring(dot + 1) : name;
    return folder.replace(LocaleText.UNREADABLE, '_');
  }

  /**
   * The folder for a picture.
   *
   * @param plain what it is called unless another picture has that name
   * @param name of the picture, which tells it from all others
   */
  String of(String plain, String name) {
    String folder = plain;
    for (int digits = SHORT; !taken.add(key(folder)); digits++) {
      folder = plain + "-" + hash(name, digits);
    }
    return folder;
  }

  /** The same for names that some file system takes for one. */
  private static String key(String folder) {
    return Normalizer.normalize(folder, Normalizer.Form.NFC)
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT);
  }

  /** A short text that differs where another does. */
  static String hash(String text) {
    return hash(text, SHORT);
  }

  private static String hash(String text, int digits) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, digits);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
