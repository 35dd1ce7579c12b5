package org.vlmvisualizer.output;

import java.nio.file.Path;
import java.util.List;
import org.vlmvisualizer.Defaults;

/** Writes the pack of src/test/resources/packs anew: {@code TinyPack FOLDER}. */
final class TinyPack {
  static final Path FOLDER = Path.of("src/test/resources/packs");
  static final String PLAIN = "cells-png";
  static final String NESTED = "well/B03 细胞-tif";

  private TinyPack() {}

  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    plain().write(folder.resolve(PLAIN), SavedFiles.MAPS);
    nested().write(folder.resolve(NESTED), SavedFiles.MAPS);
    PackChild.pack(folder, List.of(PLAIN, NESTED));
  }

  static AttentionResult plain() {
    return Demo.of(60, 40, 3).result(Upsampling.NEAREST, null);
  }

  /** Of overview and tiles. */
  static AttentionResult nested() {
    return TiledResultTest.result(Defaults.maps(Upsampling.NONE));
  }
}
