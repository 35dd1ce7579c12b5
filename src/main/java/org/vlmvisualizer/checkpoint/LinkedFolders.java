package org.vlmvisualizer.checkpoint;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.vlmvisualizer.core.InputException;

/**
 * Finds the folder of another checkpoint that a checkpoint names: the base of an adapter, or the
 * vision tower of an original LLaVA.
 */
@FunctionalInterface
public interface LinkedFolders {
  /**
   * @param from the folder that names it
   * @param name as in the config: a path, or an id such as openai/clip-vit-large-patch14-336
   * @throws InputException if there is none; the message says what to put where
   */
  Path find(Path from, String name);

  /** A folder of the given path, or one beside {@code from} with the last part of the name. */
  LinkedFolders BESIDE =
      (from, name) -> {
        try {
          Path path = Path.of(name);
          Path own = from.toAbsolutePath().normalize();
          Path last = path.normalize().getFileName();
          // ".." and an empty name stand for no folder of their own.
          boolean named =
              last != null && !last.toString().isEmpty() && !last.toString().equals("..");
          Path beside = named ? own.resolveSibling(last) : own;
          if (path.isAbsolute() && Files.isDirectory(path)) {
            return path;
          }
          if (Files.isDirectory(beside) && !beside.equals(own)) {
            return beside;
          }
          throw new InputException(
              "Expected the checkpoint %s, which %s names, in the folder %s, but there is none; download it and put it there."
                  .formatted(name, from, beside));
        } catch (InvalidPathException e) {
          throw new InputException(
              "Expected the name of a checkpoint in %s, found a text that is none.".formatted(from),
              e);
        }
      };
}
