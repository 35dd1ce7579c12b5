package org.vlmvisualizer.gpu;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.engine.NvidiaDriver;
import org.vlmvisualizer.hub.PackageFile;
import org.vlmvisualizer.json.StrictJson;

/** The builds of gpu-files.json, and which of them fits a GPU. */
final class GpuBuilds {
  /** Of a user who leaves the choice to the plugin. */
  static final String AUTO = "auto";

  /** GPUs from here on need CUDA 12.8; for all others the build for 12.6 is smaller. */
  private static final int BLACKWELL = 100;

  private static final int FIRST_DRIVER_FOR_BLACKWELL = 570;

  private GpuBuilds() {}

  /** All of them. */
  static List<GpuBuild> all() {
    try (InputStream in = GpuBuilds.class.getResourceAsStream("gpu-files.json")) {
      return parse(StrictJson.object(in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<GpuBuild> parse(JsonObject root) {
    List<GpuBuild> builds = new ArrayList<>();
    for (JsonElement element : root.getAsJsonArray("builds")) {
      JsonObject build = element.getAsJsonObject();
      JsonArray compute = build.getAsJsonArray("compute");
      builds.add(
          new GpuBuild(
              build.get("build").getAsString(),
              build.get("platform").getAsString(),
              build.get("cuda").getAsString(),
              compute.get(0).getAsInt(),
              compute.get(1).getAsInt(),
              build.get("driver").getAsInt(),
              build.getAsJsonArray("files").asList().stream()
                  .map(file -> wheel(file.getAsJsonObject()))
                  .toList()));
    }
    return builds;
  }

  private static GpuBuild.Wheel wheel(JsonObject file) {
    return new GpuBuild.Wheel(
        new PackageFile(
            URI.create(file.get("index").getAsString()),
            file.get("name").getAsString(),
            file.get("size").getAsLong(),
            file.get("sha256").getAsString()),
        file.get("unpacked").getAsLong(),
        Pattern.compile(file.get("take").getAsString()));
  }

  /**
   * The build for a computer.
   *
   * @param wanted "auto", or the name of a build, for a folder that other computers will use
   * @param driver empty if there is none
   * @param platform such as linux-x86_64
   * @throws InputException if there is none, or the driver is too old for it
   */
  static GpuBuild choose(String wanted, Optional<NvidiaDriver> driver, String platform) {
    List<GpuBuild> here = all().stream().filter(b -> b.platform().equals(platform)).toList();
    if (here.isEmpty()) {
      throw new InputException(
          "Expected Linux or Windows on an x86_64 processor, for which there is PyTorch for NVIDIA GPUs, found %s%s."
              .formatted(
                  platform,
                  platform.startsWith("osx")
                      ? "; on a Mac there is nothing to install, choose device mps"
                      : "; choose device cpu"));
    }
    if (!wanted.equals(AUTO)) {
      return named(wanted, here);
    }
    if (driver.isEmpty()) {
      throw new InputException(
          "Expected an NVIDIA GPU, found no NVIDIA driver; install the driver, or, for a folder that other computers will use, name the build (%s)."
              .formatted(names(here)));
    }
    GpuBuild build = fitting(driver.get(), here);
    int major = driver.get().major();
    if (major > 0 && major < build.driver()) {
      throw new InputException(
          "Expected NVIDIA's driver %d or newer for CUDA %s, found %s; update the driver."
              .formatted(build.driver(), build.cuda(), driver.get().version()));
    }
    return build;
  }

  private static GpuBuild named(String wanted, List<GpuBuild> here) {
    return here.stream()
        .filter(build -> build.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "Expected build %s or %s, found '%s'.".formatted(AUTO, names(here), wanted)));
  }

  private static String names(List<GpuBuild> builds) {
    return String.join(" or ", builds.stream().map(GpuBuild::name).toList());
  }

  /** By the GPU of the highest compute capability; where that is not known, by the driver. */
  private static GpuBuild fitting(NvidiaDriver driver, List<GpuBuild> here) {
    Optional<NvidiaDriver.Gpu> gpu =
        driver.gpus().stream()
            .filter(g -> g.compute() > 0)
            .max(Comparator.comparing(NvidiaDriver.Gpu::compute));
    if (gpu.isEmpty()) {
      return named(driver.major() >= FIRST_DRIVER_FOR_BLACKWELL ? "cu128" : "cu126", here);
    }
    GpuBuild build = named(gpu.get().compute() >= BLACKWELL ? "cu128" : "cu126", here);
    if (gpu.get().compute() < build.lowest() || gpu.get().compute() > build.highest()) {
      throw new InputException(
          "Expected a GPU of compute capability 5.0 to 12.0, which PyTorch 2.7.1 has code for, found %s; choose device cpu."
              .formatted(gpu.get().text()));
    }
    return build;
  }
}
