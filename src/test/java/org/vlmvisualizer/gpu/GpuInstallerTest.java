package org.vlmvisualizer.gpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.vlmvisualizer.gpu.TinyIndex.CUBLAS;
import static org.vlmvisualizer.gpu.TinyIndex.TORCH;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.engine.GpuInstallation;
import org.vlmvisualizer.hub.Consent;
import org.vlmvisualizer.hub.DownloadOffer;
import org.vlmvisualizer.hub.PackageFiles;

/** The installer against an index on loopback, with what can go wrong on the way. */
class GpuInstallerTest {
  private static final Consent YES = offer -> true;

  @TempDir Path root;
  private TinyIndex index;
  private GpuInstallation target;

  @BeforeEach
  void start() throws IOException {
    index = new TinyIndex();
    target = new GpuInstallation(root.resolve("2.7.1-cu126-linux-x86_64"));
  }

  @AfterEach
  void stop() throws IOException {
    index.close();
  }

  private String install(String from, Consent consent, Progress progress) {
    PackageFiles files = new PackageFiles(from, root.resolve("wheels"), progress);
    return new GpuInstaller(index.build(), target, files, progress).run("a GPU", consent);
  }

  private String install() {
    return install("", YES, Progress.NONE);
  }

  private void isInstalled() throws IOException {
    assertTrue(target.isWhole());
    assertEquals(TinyIndex.INSTALLED, TinyIndex.list(target.folder()));
    for (String name : TinyIndex.INSTALLED.subList(1, TinyIndex.INSTALLED.size())) {
      assertArrayEquals(
          TinyIndex.content(name), Files.readAllBytes(target.folder().resolve(name)), name);
    }
    List<String> rest = new ArrayList<>(TinyIndex.list(root));
    rest.removeIf(name -> name.startsWith(target.folder().getFileName() + "/"));
    assertEquals(List.of("wheels.lock"), rest);
  }

  @Test
  void laysTheLibrariesOutAsTheWheelsDo() throws IOException {
    List<DownloadOffer> offers = new ArrayList<>();
    String told = install("", offers::add, Progress.NONE);
    PlainSentence.check(told.replace(root.toString(), ""));
    isInstalled();
    String offer = offers.get(0).text();
    assertEquals(1, offers.size());
    assertTrue(offer.startsWith("PyTorch 2.7.1 for CUDA 12.6, which takes 2.7 MB once"), offer);
    assertTrue(offer.contains(" for a GPU: 2.7 MB to download, licence"), offer);
    assertTrue(offer.contains(" to download, licence: BSD-3-Clause (PyTorch) and NVIDIA's"), offer);
    int asked = index.server.requests().size();
    assertTrue(install().contains("installed already"));
    assertEquals(asked, index.server.requests().size());
  }

  @Test
  void withoutConsentNothingComes() {
    CancellationException e =
        assertThrows(CancellationException.class, () -> install("", o -> false, Progress.NONE));
    PlainSentence.check(e.getMessage());
    assertEquals(List.of(), index.fetched());
    assertFalse(target.isWhole());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nvidia_cublas", "unpacking torch", "unpacking nvidia_cuda_runtime"})
  void afterACancelItGoesOnWhereItWas(String moment) throws IOException {
    Progress cancelling =
        (stage, done, total) -> {
          if (stage.startsWith(moment) && !stage.contains(": 0 bytes of ")) {
            throw new CancellationException("Cancelled.");
          }
        };
    index.slow();
    assertThrows(CancellationException.class, () -> install("", YES, cancelling));
    assertFalse(target.isWhole());
    assertFalse(Files.exists(target.folder()));
    long before = index.fetched().size();
    index.fast();
    install();
    isInstalled();
    List<String> again = index.fetched().stream().skip(before).toList();
    if (moment.equals("nvidia_cublas")) {
      assertEquals(2, again.size(), again.toString());
      assertTrue(again.get(0).matches("nvidia_cublas.* bytes=[1-9]\\d+-"), again.toString());
    } else {
      assertFalse(again.contains(TORCH + " from 0"), "the wheel had come");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../evil.so", "torch/lib/../../../evil.so", "/evil.so", "a\\b.so", "C:/evil.so"})
  void refusesNamesThatLeaveTheFolder(String name) throws IOException {
    index.add(CUBLAS, "nvidia/cublas/lib/libcublas.so.12", name);
    String sentence = refusal();
    assertTrue(sentence.contains("names of files within") && sentence.contains(CUBLAS), sentence);
    assertFalse(Files.exists(root.resolve("evil.so")) || Files.exists(Path.of("/evil.so")));
    assertFalse(Files.exists(root.resolve("2.7.1-cu126-linux-x86_64.part/nvidia")), "none of it");
  }

  @Test
  void refusesMoreThanWasDeclared() throws IOException {
    index.put(CUBLAS, zeros("nvidia/cublas/lib/libcublas.so.12"), 2_000_000);
    assertTrue(refusal().contains("at most 2000000 bytes once unpacked"));
    Path part = root.resolve("2.7.1-cu126-linux-x86_64.part/nvidia/cublas/lib/libcublas.so.12");
    assertTrue(Files.size(part) <= 2_000_000);
  }

  @Test
  void refusesWhatIsNoWheelOrHoldsNothing() throws IOException {
    index.put(CUBLAS, new byte[1000], 1000);
    assertTrue(refusal().contains("a zip archive"));
    byte[] whole = index.wheels.get(TORCH);
    index.put(CUBLAS, Arrays.copyOf(whole, whole.length / 2), 1_000_000);
    assertTrue(refusal().contains("a zip archive"));
    index.add(CUBLAS, "nvidia/cublas/include/x.h");
    assertTrue(refusal().contains("Expected libraries in"));
  }

  private String refusal() {
    String sentence = assertThrows(InputException.class, this::install).getMessage();
    PlainSentence.check(sentence);
    assertFalse(target.isWhole());
    return sentence;
  }

  @Test
  void aDiskThatIsTooSmallIsToldBefore() {
    index.put(CUBLAS, new byte[1000], 1L << 60);
    assertTrue(refusal().startsWith("Expected room for"));
    assertEquals(List.of(), index.fetched());
  }

  @Test
  void takesWheelsOfAFolderAndLeavesThemThere(@TempDir Path wheels) throws IOException {
    for (String name : index.wheels.keySet()) {
      Files.write(wheels.resolve(name), index.wheels.get(name));
    }
    List<DownloadOffer> offers = new ArrayList<>();
    install(wheels.toString(), offers::add, Progress.NONE);
    isInstalled();
    assertTrue(offers.get(0).text().contains(": 0 bytes to download"), offers.get(0).text());
    assertEquals(List.of(), index.server.requests());
    assertEquals(3, TinyIndex.list(wheels).size());
  }

  @Test
  void whatWasDamagedIsInstalledAgain() throws IOException {
    install();
    Files.write(target.folder().resolve("torch/lib/libtorch.so"), new byte[3]);
    assertFalse(target.isWhole());
    install();
    isInstalled();
    Files.write(target.folder().resolve(GpuInstallation.LIST), new byte[0]);
    assertFalse(target.isWhole(), "a list that a power cut left empty");
  }

  /** SIGKILL at moments of the download and of unpacking; then a run to the end. */
  @Test
  void aKillAtAnyMomentLeavesAResumableState() throws Exception {
    index.slow();
    // Of the first wheel, 1.5 MB, 0.9 are unpacked; then it goes, and the next ones come.
    for (long bytes : new long[] {1, 800_000, 1_600_000, 1_900_000, 2_300_000}) {
      killAsSoonAs(() -> written() >= bytes);
    }
    Path part = root.resolve("2.7.1-cu126-linux-x86_64.part/nvidia");
    killAsSoonAs(() -> Files.exists(part.resolve("cublas/lib/libcublas.so.12")));
    killAsSoonAs(() -> Files.exists(part.resolve("cuda_runtime/lib/libcudart.so.12")));
    index.fast();
    install();
    isInstalled();
    List<String> from0 = index.fetched().stream().filter(f -> f.endsWith(" from 0")).toList();
    assertEquals(1, from0.stream().filter(f -> f.startsWith(TORCH)).count(), from0.toString());
  }

  private void killAsSoonAs(BooleanSupplier moment) throws Exception {
    Process child = child();
    long start = System.nanoTime();
    while (!moment.getAsBoolean() && System.nanoTime() - start < 30_000_000_000L) {
      Thread.sleep(3);
    }
    child.destroyForcibly().waitFor();
    assertTrue(moment.getAsBoolean(), "not come so far: " + written());
    assertFalse(target.isWhole(), "killed too late");
  }

  /** The kernel lets no file grow beyond 0.7 MB: as a disk that is full within a wheel. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aDiskThatTakesNoMoreIsSaidSoAndResumed() throws Exception {
    failsForWantOfRoom(700);
    install();
    isInstalled();
    assertTrue(index.fetched().toString().contains(TORCH + " bytes="), index.fetched().toString());
  }

  /** A library of 5 MB in a wheel of a few kB, and files of at most 2 MB. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aDiskThatIsFullWhileUnpackingIsSaidSoAndResumed() throws Exception {
    index.put(CUBLAS, zeros("nvidia/cublas/lib/libcublas.so.12"), 5_000_000);
    failsForWantOfRoom(2000);
    long before = index.fetched().size();
    install();
    assertTrue(target.isWhole());
    assertEquals(before + 1, index.fetched().size(), "the runtime alone");
  }

  private void failsForWantOfRoom(int kilobytes) throws Exception {
    List<String> limited =
        new ArrayList<>(List.of("bash", "-c", "ulimit -f " + kilobytes + "; exec \"$@\"", "x"));
    limited.addAll(JavaProcess.command(List.of("-Xmx256m"), GpuChild.class, arguments()));
    Process child = new ProcessBuilder(limited).redirectErrorStream(true).start();
    String said = new String(child.getInputStream().readAllBytes());
    assertTrue(child.waitFor(60, TimeUnit.SECONDS));
    assertTrue(said.contains("InputException: Expected to write into"), said);
    assertTrue(said.contains("DJL_CACHE_DIR"), said);
    assertFalse(target.isWhole());
  }

  /** A wheel with five MB of zeros, which takes a few kB. */
  private static byte[] zeros(String entry) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry(entry));
      zip.write(new byte[5_000_000]);
    }
    return bytes.toByteArray();
  }

  @Test
  void twoProgramsAtOnceInstallItOnce() throws Exception {
    index.slow();
    Process one = child();
    Process two = child();
    for (Process child : List.of(one, two)) {
      String said = new String(child.getInputStream().readAllBytes());
      assertTrue(child.waitFor(60, TimeUnit.SECONDS));
      assertTrue(said.contains("is installed in"), said);
    }
    isInstalled();
    assertEquals(3, index.fetched().size(), index.fetched().toString());
  }

  private Process child() throws IOException {
    List<String> command =
        JavaProcess.command(
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            GpuChild.class,
            arguments());
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  /** Address of the index, folder of the installation, then name, size, hash and limit of each. */
  private List<String> arguments() {
    List<String> arguments =
        new ArrayList<>(List.of(index.server.url() + "/simple/", target.folder().toString()));
    for (GpuBuild.Wheel wheel : index.build().wheels()) {
      arguments.add(wheel.file().name());
      arguments.add(Long.toString(wheel.file().size()));
      arguments.add(wheel.file().sha256());
      arguments.add(Long.toString(wheel.unpacked()));
    }
    return arguments;
  }

  /** Bytes that have come or were unpacked, wheels that were deleted since left out. */
  private long written() {
    long bytes = 0;
    for (String name : TinyIndex.list(root)) {
      bytes += root.resolve(name).toFile().length();
    }
    return bytes;
  }
}
