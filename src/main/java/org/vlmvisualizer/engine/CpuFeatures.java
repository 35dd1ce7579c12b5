package org.vlmvisualizer.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the processor can do that makes PyTorch faster. Linux tells; elsewhere nothing is known. */
final class CpuFeatures {
  /** Our name to the kernel's names, any of which will do. */
  private static final Map<String, List<String>> NAMES =
      new TreeMap<>(
          Map.of(
              "avx2", List.of("avx2"),
              "avx512", List.of("avx512f"),
              "bf16", List.of("avx512_bf16", "amx_bf16", "bf16"),
              "amx", List.of("amx_tile"),
              "sve", List.of("sve")));

  private CpuFeatures() {}

  /** Sorted; empty where the system does not tell. */
  static List<String> find() {
    Path file = Path.of("/proc/cpuinfo");
    try {
      return Files.isReadable(file) ? parse(Files.readAllLines(file)) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  /**
   * @param cpuinfo lines like "flags : fpu avx2 …" (Intel, AMD) or "Features : fp bf16 …" (ARM)
   */
  static List<String> parse(List<String> cpuinfo) {
    Set<String> flags = new HashSet<>();
    for (String line : cpuinfo) {
      if (line.startsWith("flags") || line.startsWith("Features")) {
        flags.addAll(Arrays.asList(line.substring(line.indexOf(':') + 1).strip().split("\\s+")));
        break;
      }
    }
    List<String> found = new ArrayList<>();
    NAMES.forEach(
        (name, kernel) -> {
          if (kernel.stream().anyMatch(flags::contains)) {
            found.add(name);
          }
        });
    return found;
  }
}
