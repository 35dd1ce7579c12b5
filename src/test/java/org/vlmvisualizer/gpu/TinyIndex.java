package org.vlmvisualizer.gpu;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.zip.ZipOutputStream;
import org.vlmvisualizer.checkpoint.TestFiles;
import org.vlmvisualizer.hub.FakeHub;
import org.vlmvisualizer.hub.FakeHub.Reply;
import org.vlmvisualizer.hub.FakeHub.Request;
import org.vlmvisualizer.hub.PackageFile;

/** An index of packages on loopback with tiny wheels, laid out as the true ones are. */
final class TinyIndex implements AutoCloseable {
  static final String TORCH = "torch-2.7.1-cp311-cp311-manylinux_2_28_x86_64.whl";
  static final String CUBLAS = "nvidia_cublas_cu12-12.6.4.1-py3-none-manylinux2014_x86_64.whl";
  static final String RUNTIME = "nvidia_cuda_runtime_cu12-12.6.77-py3-none-any.whl";

  private static final String TAKE =
      "torch/lib/lib(?!torch_python)[^/]*\\.so[^/]*|nvidia/[a-z_]+/lib/[^/]*\\.so[^/]*";

  final FakeHub server = FakeHub.empty();
  final Map<String, byte[]> wheels = new LinkedHashMap<>();
  private final Map<String, Long> unpacked = new LinkedHashMap<>();

  TinyIndex() throws IOException {
    server.rule = this::answer;
    add(
        TORCH,
        "torch/lib/libtorch.so",
        "torch/lib/libtorch_cuda.so",
        "torch/lib/libtorch_python.so",
        "torch/__init__.py",
        "torch-2.7.1.dist-info/LICENSE");
    add(CUBLAS, "nvidia/__init__.py", "nvidia/cublas/lib/libcublas.so.12");
    add(RUNTIME, "nvidia/cuda_runtime/lib/libcudart.so.12", "nvidia/cuda_runtime/include/x.h");
  }

  /** What lies on disk once it is installed. */
  static final List<String> INSTALLED =
      List.of(
          "files.txt",
          "nvidia/cublas/lib/libcublas.so.12",
          "nvidia/cuda_runtime/lib/libcudart.so.12",
          "torch-2.7.1.dist-info/LICENSE",
          "torch/lib/libtorch.so",
          "torch/lib/libtorch_cuda.so");

  /** Puts a wheel with entries of 300 kB into it, stored as they are. */
  void add(String wheel, String... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : entries) {
        TestFiles.put(zip, name, content(name), true);
      }
    }
    put(wheel, bytes.toByteArray(), 300_000L * entries.length);
  }

  /** Puts any bytes into it. */
  void put(String wheel, byte[] content, long declared) {
    wheels.put(wheel, content);
    unpacked.put(wheel, declared);
  }

  static byte[] content(String entry) {
    byte[] content = new byte[300_000];
    new Random(entry.hashCode()).nextBytes(content);
    return content;
  }

  private Reply answer(Request request) {
    for (String name : wheels.keySet()) {
      String project = name.substring(0, name.indexOf('-')).replace('_', '-');
      if (request.path().equals("/simple/" + project + "/")) {
        String link = "<a href=\"/files/%s#sha256=%s\">".formatted(name, hash(wheels.get(name)));
        return Reply.of(200, link.getBytes(StandardCharsets.UTF_8));
      } else if (request.path().equals("/files/" + name)) {
        return FakeHub.ranged(request, wheels.get(name));
      }
    }
    return Reply.of(404, new byte[0]);
  }

  /** Sends files in pieces of 20 kB, 100 times a second. */
  void slow() {
    server.rule = r -> r.path().startsWith("/files/") ? answer(r).slow(20_000, 10) : answer(r);
  }

  void fast() {
    server.rule = this::answer;
  }

  GpuBuild build() {
    List<GpuBuild.Wheel> list = new ArrayList<>();
    for (String name : wheels.keySet()) {
      byte[] content = wheels.get(name);
      URI index = URI.create(server.url() + "/simple/");
      list.add(
          new GpuBuild.Wheel(
              new PackageFile(index, name, content.length, hash(content)),
              unpacked.get(name),
              Pattern.compile(TAKE)));
    }
    return new GpuBuild("cu126", "linux-x86_64", "12.6", 50, 90, 525, list);
  }

  static String hash(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The files of a folder, relative to it, in order. */
  static List<String> list(Path folder) {
    try (var all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .map(p -> folder.relativize(p).toString().replace('\\', '/'))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Requests for files, as "name from". */
  List<String> fetched() {
    return server.requests().stream()
        .filter(r -> r.path().startsWith("/files/"))
        .map(r -> r.path().substring(7) + " " + r.headers().getOrDefault("range", "from 0"))
        .toList();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
