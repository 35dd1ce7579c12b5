package org.vlmvisualizer.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A model of a few files with seeded random weights, and the check that holds after every fault.
 *
 * @param files name to content
 */
record TinyModel(Map<String, byte[]> files) {
  static final String REPO = "org/tiny";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  /** Those of the files that the plugin fetches. */
  static final List<String> WANTED =
      List.of(
          "README.md",
          "config.json",
          "model-00001-of-00002.safetensors",
          "model-00002-of-00002.safetensors",
          "model.safetensors.index.json",
          "tokenizer.json");

  /**
   * @param bytes of each of the two shards
   */
  static TinyModel of(int bytes) {
    Map<String, byte[]> files = new TreeMap<>();
    files.put("config.json", text("{\"model_type\": \"llava\"}"));
    files.put("tokenizer.json", text("{\"model\": {}}"));
    files.put("README.md", text("---\nlicense: llama2\n---\n# Tiny"));
    files.put("modeling_tiny.py", text("raise SystemExit"));
    files.put("pytorch_model.bin", text("a pickle"));
    files.put("consolidated.safetensors", text("again"));
    files.put("sub/config.json", text("{}"));
    files.put(
        "model.safetensors.index.json",
        text(
            "{\"weight_map\": {\"a\": \"model-00001-of-00002.safetensors\","
                + " \"b\": \"model-00002-of-00002.safetensors\"}}"));
    for (int shard = 1; shard <= 2; shard++) {
      byte[] weights = new byte[bytes];
      new Random(shard).nextBytes(weights);
      files.put("model-0000" + shard + "-of-00002.safetensors", weights);
    }
    return new TinyModel(files);
  }

  /** The files of a folder as a model. */
  static TinyModel of(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return new TinyModel(files);
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether the file is kept in git's large file storage. */
  boolean isLarge(String name) {
    return name.endsWith("safetensors") || name.endsWith(".bin");
  }

  String etag(String name) {
    byte[] content = files.get(name);
    return isLarge(name) ? hex("SHA-256", content) : gitSha1(content);
  }

  static String gitSha1(byte[] content) {
    byte[] head = text("blob " + content.length + "\0");
    byte[] all = new byte[head.length + content.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return hex("SHA-1", all);
  }

  private static String hex(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Throws unless every blob of a cache has the bytes that its name promises, every file of a
   * snapshot is a file of the model, and nothing else lies about.
   */
  void checkWholeOrAbsent(Path cache) {
    Path folder = cache.resolve("models--org--tiny");
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.filter(p -> !Files.isDirectory(p)).toList()) {
        String name = folder.relativize(path).toString();
        byte[] content = Files.readAllBytes(path);
        boolean whole =
            name.endsWith(".incomplete")
                || name.startsWith("refs/")
                || (name.startsWith("blobs/") && isNamedByHash(path, content))
                || (name.startsWith("snapshots/")
                    && Arrays.equals(content, files.get(path.getFileName().toString())));
        if (!whole) {
          throw new AssertionError("neither whole nor absent: " + name);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isNamedByHash(Path path, byte[] content) {
    String name = path.getFileName().toString();
    return name.equals(name.length() == 64 ? hex("SHA-256", content) : gitSha1(content));
  }

  /** Throws unless a snapshot holds exactly the wanted files of this model. */
  void checkSnapshot(Path snapshot) {
    try (Stream<Path> all = Files.list(snapshot)) {
      List<String> names = all.map(p -> p.getFileName().toString()).sorted().toList();
      if (!names.equals(WANTED)) {
        throw new AssertionError("expected " + WANTED + ", found " + names);
      }
      for (String name : names) {
        if (!Arrays.equals(Files.readAllBytes(snapshot.resolve(name)), files.get(name))) {
          throw new AssertionError("not the bytes of " + name);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
