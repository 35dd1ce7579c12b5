package org.vlmvisualizer.prompt;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.json.StrictJson;

/** A program of its own that uses tokenizers: where their native code aborts, only it ends. */
public final class TokenizerChild {
  private TokenizerChild() {}

  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  /**
   * Prints a line for each file: the processor's milliseconds, whatever else runs beside, and what
   * it was refused for, or how many ids a question has.
   */
  public static void main(String[] files) throws IOException {
    for (String file : files) {
      long start = SYSTEM.getProcessCpuTime();
      String said;
      try (PromptEncoder encoder =
          new PromptEncoder(
              StrictJson.object(Files.readAllBytes(Path.of(file))), 1 << 20, 32000, 32000)) {
        int ids = encoder.tokens("USER: What are all that animals? ASSISTANT:").size();
        said = ids + " ids, decoded " + encoder.decode(new int[] {5, 6, 100}).length();
      } catch (InputException e) {
        said = e.getMessage();
      }
      System.out.printf("%d %s%n", (SYSTEM.getProcessCpuTime() - start) / 1_000_000, said);
    }
  }
}
