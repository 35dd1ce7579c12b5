package org.vlmvisualizer.network;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Wraps the TorchScript source files of this plugin in the zip archive that {@code
 * torch::jit::load} reads: source text and an object without state, no weights and no Python.
 */
final class TorchScriptArchive {
  /** Free functions, found as {@code __torch__.NAME.function}. */
  private static final String[] MODULES = {
    "weights", "ops", "vit", "connector", "decoder", "replay", "gradients"
  };

  /** Pickle, protocol 2: an object of class __torch__.Network whose state is {training: False}. */
  private static final String OBJECT_PICKLE =
      "\u0080\u0002c__torch__\nNetwork\nq\0)\u0081}X\u0008\0\0\0trainingq\1\u0089sb.";

  /** Pickle, protocol 2: an empty tuple. */
  private static final String EMPTY_PICKLE = "\u0080\u0002).";

  private TorchScriptArchive() {}

  /**
   * The archive's bytes, a few kilobytes.
   *
   * @param packed source of its module "packed": "packed" or "unpacked", which see
   */
  static byte[] bytes(String packed) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, "data.pkl", OBJECT_PICKLE.getBytes(StandardCharsets.ISO_8859_1));
      put(zip, "constants.pkl", EMPTY_PICKLE.getBytes(StandardCharsets.ISO_8859_1));
      put(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
      put(zip, "code/__torch__.py", source("network"));
      for (String module : MODULES) {
        put(zip, "code/__torch__/" + module + ".py", source(module));
      }
      put(zip, "code/__torch__/packed.py", source(packed));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry("network/" + name));
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] source(String module) throws IOException {
    String path = "/torchscript/" + module + ".py";
    try (InputStream in = TorchScriptArchive.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IOException("The plugin's jar lacks " + path + ".");
      }
      return in.readAllBytes();
    }
  }
}
