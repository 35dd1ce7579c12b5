package org.vlmvisualizer.benchmark;

import com.sun.management.OperatingSystemMXBean;
import ij.ImagePlus;
import ij.io.FileSaver;
import ij.process.ColorProcessor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.vlmvisualizer.Defaults;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.BatchPicture;
import org.vlmvisualizer.ask.BatchRun;
import org.vlmvisualizer.ask.ModelKeeper;
import org.vlmvisualizer.ask.PictureFolder;
import org.vlmvisualizer.ask.RequestOptions;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.FileTree;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.core.RgbPicture;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.BatchRow;
import org.vlmvisualizer.output.SavedFiles;
import org.vlmvisualizer.output.Upsampling;
import org.vlmvisualizer.picture.ImageInput;

/**
 * What the results of a folder of pictures cost beside their answers: {@code FolderBenchmark MODEL
 * PRECISION PICTURES ROUNDS FOLDER [LENGTH]}. The same pictures are asked about without any output
 * and with each kind of files, in folders and in packs, by turns in one process; the first round
 * warms up. Prints medians of the milliseconds and of the processor's time per picture, and bytes
 * and files on the disk. The pictures are the two of the demo, moved a little, each another.
 */
public final class FolderBenchmark {
  private static final String BARE = "no output";
  private static final String PACKED = ", packed";
  private static final int WARM_UP = 100;

  private final Map<String, List<Double>> wall = new LinkedHashMap<>();
  private final Map<String, List<Double>> processor = new LinkedHashMap<>();
  private final ModelKeeper keeper = new ModelKeeper();
  private final Checkpoint checkpoint;
  private final Precision precision;
  private final int length;
  private final List<BatchPicture> pictures;
  private final Path results;

  private FolderBenchmark(String[] arguments) throws IOException {
    checkpoint = Checkpoint.find(arguments[0]);
    precision = Precision.parse(arguments[1]);
    Path work = Path.of(arguments[4]);
    results = work.resolve("results");
    length = arguments.length > 5 ? Integer.parseInt(arguments[5]) : 64;
    write(work.resolve("pictures"), Integer.parseInt(arguments[2]));
    pictures = PictureFolder.of(work.resolve("pictures"), null).pictures();
  }

  public static void main(String[] arguments) throws IOException {
    FolderBenchmark benchmark = new FolderBenchmark(arguments);
    int rounds = Integer.parseInt(arguments[3]);
    for (int round = 0; round <= rounds; round++) {
      benchmark.run(BARE, SavedFiles.TABLE, round == 0, round == rounds);
      for (SavedFiles files : SavedFiles.values()) {
        String name = files.toString().toLowerCase(Locale.ROOT);
        benchmark.run(name, files, round == 0, round == rounds);
        benchmark.run(name + PACKED, files, round == 0, round == rounds);
      }
    }
    benchmark.print();
    System.exit(0);
  }

  private void run(String what, SavedFiles files, boolean isWarmUp, boolean isLast)
      throws IOException {
    List<BatchPicture> asked =
        isWarmUp ? pictures.subList(0, Math.min(WARM_UP, pictures.size())) : pictures;
    Path output = what.equals(BARE) ? null : results;
    RequestOptions options =
        new RequestOptions(
                Defaults.request("What is in the image?", length),
                "cpu",
                precision,
                Defaults.maps(Upsampling.NEAREST))
            .withMatrix(files.matrix());
    long processorStart = processorTime();
    long start = System.nanoTime();
    try (Asker asker = new Asker(keeper, checkpoint, options, engine -> {})) {
      BatchRun.Outcome outcome =
          new BatchRun(asker, output, true)
              .saving(files)
              .packing(what.endsWith(PACKED))
              .run(asked, List.of(), Progress.NONE, (row, result) -> {});
      if (outcome.count(BatchRow.Status.DONE) != asked.size()) {
        throw new IllegalStateException(outcome.rows().toString());
      }
    }
    double milliseconds = (System.nanoTime() - start) / 1e6 / asked.size();
    double ofProcessor = (processorTime() - processorStart) / 1e6 / asked.size();
    System.out.printf(
        Locale.ROOT, "%s: %.1f ms, %.1f of the processor%n", what, milliseconds, ofProcessor);
    if (!isWarmUp) {
      wall.computeIfAbsent(what, w -> new ArrayList<>()).add(milliseconds);
      processor.computeIfAbsent(what, w -> new ArrayList<>()).add(ofProcessor);
    }
    if (output != null) {
      if (isLast) {
        tellSize(what, asked.size());
      }
      FileTree.delete(results);
    }
  }

  private void tellSize(String what, int count) throws IOException {
    try (Stream<Path> all = Files.walk(results, new FileVisitOption[0])) {
      List<Path> paths = all.toList();
      long bytes = 0;
      for (Path path : paths) {
        bytes += Files.isRegularFile(path) ? Files.size(path) : 0;
      }
      System.out.printf(
          Locale.ROOT,
          "%s: %d files and folders, %.1f MB, of %d pictures%n",
          what,
          paths.size(),
          bytes / 1e6,
          count);
    }
  }

  private void print() {
    double bare = Runs.median(wall.get(BARE));
    double bareProcessor = Runs.median(processor.get(BARE));
    System.out.println("| | ms a picture | over the answers | ms of the processor | over |");
    System.out.println("| --- | --- | --- | --- | --- |");
    for (String what : wall.keySet()) {
      double median = Runs.median(wall.get(what));
      double ofProcessor = Runs.median(processor.get(what));
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.1f, %.0f %% | %.1f | %.1f, %.0f %% |%n",
          what,
          median,
          median - bare,
          100 * (median / bare - 1),
          ofProcessor,
          ofProcessor - bareProcessor,
          100 * (ofProcessor / bareProcessor - 1));
    }
  }

  private static long processorTime() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static void write(Path folder, int count) throws IOException {
    Files.createDirectories(folder);
    List<RgbPicture> two =
        Stream.of("cells", "page")
            .map("src/main/resources/demo-images/%s.png"::formatted)
            .map(file -> ImageInput.open(file).picture())
            .toList();
    for (int i = 0; i < count; i++) {
      RgbPicture picture = two.get(i % 2);
      picture = picture.shifted(i / 2 % 20, i / 40 % 50, picture.median());
      int[] pixels = new int[picture.width() * picture.height()];
      for (int p = 0; p < pixels.length; p++) {
        int x = p % picture.width();
        int y = p / picture.width();
        pixels[p] = picture.get(x, y, 0) << 16 | picture.get(x, y, 1) << 8 | picture.get(x, y, 2);
      }
      ColorProcessor colours = new ColorProcessor(picture.width(), picture.height(), pixels);
      new FileSaver(new ImagePlus("", colours))
          .saveAsPng(folder.resolve("p" + (i + 1) + ".png").toString());
    }
  }
}
