package org.vlmvisualizer.gpu;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.GpuInstallation;
import org.vlmvisualizer.hub.PackageFile;
import org.vlmvisualizer.hub.PackageFiles;

/** A program of its own that installs tiny wheels, to be killed, raced or starved. */
final class GpuChild {
  private GpuChild() {}

  /**
   * @param arguments address of the index, folder of the installation, and of each wheel its name,
   *     size, hash and bytes once unpacked
   */
  public static void main(String[] arguments) {
    List<GpuBuild.Wheel> wheels = new ArrayList<>();
    for (int i = 2; i < arguments.length; i += 4) {
      PackageFile file =
          new PackageFile(
              URI.create(arguments[0]),
              arguments[i],
              Long.parseLong(arguments[i + 1]),
              arguments[i + 2]);
      Pattern take = Pattern.compile("(torch|nvidia/[a-z_]+)/lib/lib(?!torch_python).*\\.so.*");
      wheels.add(new GpuBuild.Wheel(file, Long.parseLong(arguments[i + 3]), take));
    }
    GpuInstallation target = new GpuInstallation(Path.of(arguments[1]));
    Progress slow = (stage, done, total) -> pause(stage.startsWith("unpacking") ? 60 : 0);
    PackageFiles files =
        new PackageFiles("", target.folder().resolveSibling("wheels"), Progress.NONE);
    GpuBuild build = new GpuBuild("cu126", "linux-x86_64", "12.6", 50, 90, 525, wheels);
    try {
      System.out.println(new GpuInstaller(build, target, files, slow).run("a GPU", offer -> true));
    } catch (InputException e) {
      System.out.println("InputException: " + e.getMessage());
    }
  }

  private static void pause(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
