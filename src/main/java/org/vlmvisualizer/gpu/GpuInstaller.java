package org.vlmvisualizer.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.Engines;
import org.vlmvisualizer.engine.GpuInstallation;
import org.vlmvisualizer.engine.NvidiaDriver;
import org.vlmvisualizer.hub.CacheLock;
import org.vlmvisualizer.hub.Consent;
import org.vlmvisualizer.hub.DownloadOffer;
import org.vlmvisualizer.hub.PackageFile;
import org.vlmvisualizer.hub.PackageFiles;

/**
 * Installs PyTorch for NVIDIA GPUs: wheel after wheel is downloaded, unpacked into an unfinished
 * folder and deleted, so that no more than one lies beside what is unpacked; at the end the folder
 * gets its name. Whatever ends it, the next run goes on from there:
 *
 * <pre>
 * pytorch-gpu/wheels/SHA256                      a wheel that has come, or comes
 *            /2.7.1-cu126-linux-x86_64.part/     what is unpacked so far
 *                                     /done/     a list per wheel that is unpacked whole
 * </pre>
 */
public final class GpuInstaller {
  private static final String LICENCE =
      "BSD-3-Clause (PyTorch) and NVIDIA's for CUDA and cuDNN (https://docs.nvidia.com/cuda/eula), which you accept by using them";

  private final GpuBuild build;
  private final GpuInstallation target;
  private final PackageFiles files;
  private final Progress progress;
  private final Path part;

  /**
   * @param files that bring the wheels
   */
  GpuInstaller(GpuBuild build, GpuInstallation target, PackageFiles files, Progress progress) {
    this.build = build;
    this.target = target;
    this.files = files;
    this.progress = progress;
    part = target.folder().resolveSibling(target.folder().getFileName() + ".part");
  }

  /**
   * Installs the build that fits this computer.
   *
   * @param wanted "auto", or the name of a build, such as cu126
   * @param from address of an index of packages, or a folder with wheels; empty for the usual
   * @param consent asked before anything comes over the network or is unpacked
   * @param progress told what goes on; may cancel
   * @return a sentence on what is there now
   * @throws InputException if no build fits, or it cannot be had
   * @throws CancellationException if cancelled or not consented to; what came so far stays
   */
  public static String install(String wanted, String from, Consent consent, Progress progress) {
    Optional<NvidiaDriver> driver = NvidiaDriver.find();
    GpuBuild build = GpuBuilds.choose(wanted, driver, GpuInstallation.platform());
    GpuInstallation target = GpuInstallation.of(build.name(), build.platform());
    Path wheels = GpuInstallation.root().resolve("wheels");
    PackageFiles files = new PackageFiles(from, wheels, progress);
    String gpu =
        driver.map(GpuInstaller::text).orElse("other computers (this one has no NVIDIA GPU)");
    return new GpuInstaller(build, target, files, progress).run(gpu, consent);
  }

  private static String text(NvidiaDriver driver) {
    List<String> names = driver.gpus().stream().map(NvidiaDriver.Gpu::text).toList();
    return (names.isEmpty() ? "an NVIDIA GPU" : String.join(", ", names))
        + ", driver "
        + driver.version();
  }

  /**
   * @param gpu for the question
   */
  String run(String gpu, Consent consent) {
    if (target.isWhole()) {
      target.renew();
      return "PyTorch for the GPU is installed already in %s; %s."
          .formatted(target.folder(), use());
    }
    try (CacheLock lock = files.lock(progress)) {
      if (!target.isWhole()) { // as another program may have made it meanwhile
        agree(gpu, consent);
        build.wheels().stream().filter(wheel -> !isDone(wheel)).forEach(this::bring);
        finish();
      }
    }
    return "PyTorch %s for CUDA %s is installed in %s; %s."
        .formatted(version(), build.cuda(), target.folder(), use());
  }

  private static String use() {
    return Engines.isRunning()
        ? "since another PyTorch is running, it is used after the next start"
        : "it is used from now on";
  }

  private String version() {
    String folder = target.folder().getFileName().toString();
    return folder.substring(0, folder.indexOf('-'));
  }

  private void agree(String gpu, Consent consent) {
    List<GpuBuild.Wheel> left = build.wheels().stream().filter(wheel -> !isDone(wheel)).toList();
    if (left.isEmpty()) {
      return;
    }
    List<PackageFile> toFetch = left.stream().map(GpuBuild.Wheel::file).toList();
    long toCome = files.missing(toFetch);
    long unpacked = left.stream().mapToLong(GpuBuild.Wheel::unpacked).sum();
    long needed = unpacked + (toCome > 0 ? GpuBuild.largest(left) : 0);
    long free = PackageFiles.free(part);
    if (needed > free) {
      throw new InputException(
          "Expected room for %s in %s to install PyTorch for the GPU, but only %s are free; make room or name a folder on another disk in DJL_CACHE_DIR."
              .formatted(PackageFiles.amount(needed), part.getParent(), PackageFiles.amount(free)));
    }
    String name =
        "PyTorch %s for CUDA %s, which takes %s once unpacked and then runs in the place of the built-in one, for %s"
            .formatted(version(), build.cuda(), PackageFiles.amount(build.unpacked()), gpu);
    DownloadOffer offer =
        new DownloadOffer(
            "PyTorch for NVIDIA GPUs",
            name,
            toCome,
            build.size() - toCome,
            LICENCE,
            free,
            target.folder());
    if (!consent.to(offer)) {
      throw new CancellationException("The installation of PyTorch for the GPU was declined.");
    }
  }

  private void bring(GpuBuild.Wheel wheel) {
    Path archive = files.fetch(wheel.file());
    List<String> unpacked = new WheelUnpacker(wheel, part, progress).unpack(archive);
    write(done(wheel), unpacked);
    files.forget(wheel.file());
  }

  private Path done(GpuBuild.Wheel wheel) {
    return part.resolve("done").resolve(wheel.file().sha256());
  }

  private boolean isDone(GpuBuild.Wheel wheel) {
    return Files.isRegularFile(done(wheel));
  }

  private static void write(Path file, List<String> lines) {
    try {
      Files.createDirectories(file.getParent());
      Path whole = file.resolveSibling(file.getFileName() + ".tmp");
      AtomicFile.replace(file, whole, written -> Files.write(written, lines));
    } catch (IOException e) {
      throw PackageFiles.unwritable(file, e);
    }
  }

  /** The list of all files comes before the name, so that what has the name is whole. */
  private void finish() {
    try {
      List<String> all = new ArrayList<>();
      for (GpuBuild.Wheel wheel : build.wheels()) {
        all.addAll(Files.readAllLines(done(wheel)));
      }
      write(part.resolve(GpuInstallation.LIST), all);
      if (!new GpuInstallation(part).isWhole()) {
        FileTree.delete(part);
        throw new InputException(
            "Expected what was unpacked to be there still, but files are missing in %s; run again."
                .formatted(part));
      }
      FileTree.delete(part.resolve("done"));
      if (Files.exists(target.folder())) {
        FileTree.delete(target.folder());
      }
      Files.move(part, target.folder(), StandardCopyOption.ATOMIC_MOVE);
      files.clear();
    } catch (IOException e) {
      throw PackageFiles.unwritable(target.folder(), e);
    }
  }

  /**
   * Removes what was installed, and what an unfinished installation left.
   *
   * @return a sentence on what became free
   * @throws InputException if it is in use or cannot be deleted
   */
  public static String remove() {
    Path wheels = GpuInstallation.root().resolve("wheels");
    if (Files.exists(wheels)) {
      new PackageFiles("", wheels, Progress.NONE).requireUnlocked();
    }
    long freed = GpuInstallation.remove();
    return freed == 0
        ? "There is no PyTorch for the GPU to remove."
        : "PyTorch for the GPU was removed; %s are free again."
            .formatted(PackageFiles.amount(freed));
  }
}
