package org.vlmvisualizer.output;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Writes results of pictures and packs them: {@code PackChild FOLDER COUNT}. */
public final class PackChild {
  private PackChild() {}

  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    List<String> names = names(Integer.parseInt(arguments[1]));
    Demo demo = Demo.of(200, 150, 12);
    for (String name : names) {
      demo.result(Upsampling.NEAREST, null).write(folder.resolve(name), SavedFiles.MAPS);
    }
    pack(folder, names);
  }

  static List<String> names(int count) {
    return IntStream.rangeClosed(1, count).mapToObj("p%d-png"::formatted).toList();
  }

  static void pack(Path folder, List<String> names) {
    try (ResultPacks packs = ResultPacks.in(folder)) {
      packs.pack(names, () -> {});
    }
  }
}
