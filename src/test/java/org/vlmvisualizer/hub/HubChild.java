package org.vlmvisualizer.hub;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;

/** A program of its own that downloads the tiny model, to be killed, raced or starved. */
public final class HubChild {
  private HubChild() {}

  /**
   * Arguments: {@code serve BYTES} serves a model and prints its address, until stdin ends; {@code
   * fetch} downloads by the variables of the environment; {@code fill FILE} does so, and fills the
   * disk with FILE as soon as the weights begin to come.
   */
  public static void main(String[] arguments) throws IOException {
    if (arguments[0].equals("serve")) {
      try (FakeHub hub = new FakeHub(TinyModel.of(Integer.parseInt(arguments[1])))) {
        System.out.println(hub.url());
        System.in.readAllBytes();
      }
      return;
    }
    HubSettings settings = Hubs.quick(HubSettings.ofThisUser(), Duration.ofSeconds(10));
    boolean[] filled = {!arguments[0].equals("fill")};
    Progress progress =
        (stage, done, total) -> {
          if (!filled[0] && stage.contains("safetensors")) {
            filled[0] = true;
            fill(Path.of(arguments[1]));
          }
        };
    try {
      System.out.println(new HubDownload(settings).fetch(Hubs.ID, Hubs.YES, progress));
    } catch (InputException e) {
      System.out.println("InputException: " + e.getMessage());
    }
  }

  private static void fill(Path file) {
    try (OutputStream out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[1 << 12]);
      }
    } catch (IOException full) {
      System.out.println("filled " + full.getMessage());
    }
  }
}
