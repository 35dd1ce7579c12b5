package org.vlmvisualizer.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Says in words why a file could not be read or written. */
public final class FileTrouble {
  private FileTrouble() {}

  /**
   * Whether it cannot be told what lies at a path, as below a folder that may not be entered.
   * {@code Files.exists} is false there too; reading then says why.
   */
  public static boolean isHidden(Path path) {
    return !Files.exists(path) && !Files.notExists(path);
  }

  /** Whether a text names a folder that is there; false for what can be no path at all. */
  public static boolean isFolder(String text) {
    try {
      return !text.isBlank() && Files.isDirectory(Path.of(text));
    } catch (InvalidPathException e) {
      return false; // an address, say, or a name that the locale cannot spell
    }
  }

  /**
   * The reason, as the part of a sentence that stands in brackets. Java's own messages often hold
   * the path alone, and the reason in the name of the class.
   */
  public static String reason(Exception e) {
    if (e instanceof FileSystemException trouble) {
      return reason(trouble);
    }
    if (e instanceof UncheckedIOException || e instanceof DirectoryIteratorException) {
      return reason((IOException) e.getCause());
    }
    if (e instanceof CharacterCodingException) {
      return "its text is not UTF-8";
    }
    if (e instanceof UnknownHostException) {
      return "unknown host " + e.getMessage();
    }
    if (e instanceof ConnectException && e.getMessage() == null) {
      return "no connection";
    }
    boolean told = e.getMessage() != null && !e.getMessage().isBlank();
    return told ? e.getMessage() : nameOf(e);
  }

  private static String reason(FileSystemException e) {
    String file = String.valueOf(e.getFile());
    if (e instanceof AccessDeniedException) {
      return "permission denied: " + file;
    }
    if (e instanceof NoSuchFileException) {
      return "there is no " + file;
    }
    if (e instanceof FileAlreadyExistsException) {
      return file + (e.getReason() == null ? " exists already" : " " + e.getReason());
    }
    if (e instanceof NotDirectoryException) {
      return file + " is no folder";
    }
    if (e instanceof DirectoryNotEmptyException) {
      return "the folder " + file + " is not empty";
    }
    if (e instanceof FileSystemLoopException) {
      return "a cycle of links at " + file;
    }
    return e.getReason() == null ? file : e.getReason() + ": " + file;
  }

  /** The name of the class in words: EOFException is "EOF". */
  private static String nameOf(Exception e) {
    return e.getClass().getSimpleName().replace("Exception", "");
  }
}
