package org.vlmvisualizer.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
    List<String> flags =
        cpuinfo.stream()
            .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
            .findFirst()
            .map(line -> List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+")))
            .orElse(List.of());
    return NAMES.keySet().stream()
        .filter(name -> !Collections.disjoint(NAMES.get(name), flags))
        .toList();
  }
}
