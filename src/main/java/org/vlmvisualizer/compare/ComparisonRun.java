package org.vlmvisualizer.compare;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import org.vlmvisualizer.analysis.StoredHeads;
import org.vlmvisualizer.ask.Asker;
import org.vlmvisualizer.ask.PictureFailure;
import org.vlmvisualizer.attribution.LocalizationChoice;
import org.vlmvisualizer.core.HeadMap.Head;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.output.Rendering;
import org.vlmvisualizer.output.ResultFiles;
import org.vlmvisualizer.output.WholeFile;
import org.vlmvisualizer.picture.ImageInput;

/**
 * Compares methods on many pictures, one after the other. Each picture's figures are written when
 * it is done, and a later run goes on from there; the tables are written at the end, however that
 * comes. A picture that fails is told and passed over. The localization heads that were chosen most
 * often are kept for the model ({@link StoredHeads}).
 */
public final class ComparisonRun {
  /** A row per method. */
  public static final String TABLE = "comparison.csv";

  /** A row per picture, method and token. */
  public static final String TOKENS = "comparison-tokens.csv";

  private static final String RUN = "comparison.json";
  private static final Comparator<Head> BY_PLACE =
      Comparator.comparingInt(Head::layer).thenComparingInt(Head::head);

  private final Asker asker;
  private final ComparisonOptions options;
  private final Path output;
  private final boolean resume;

  /**
   * What came of it.
   *
   * @param pictures that were measured, in order
   * @param failures a sentence for each that was not, by its name
   * @param cancelled whether the user ended it
   */
  public record Outcome(
      List<PictureScores> pictures, Map<String, String> failures, boolean cancelled) {}

  /**
   * @param output a folder for the tables and, for each picture, a folder in it
   * @param resume whether pictures are left out that were measured with the same options before
   */
  public ComparisonRun(Asker asker, ComparisonOptions options, Path output, boolean resume) {
    this.asker = asker;
    this.options = options;
    this.output = output;
    this.resume = resume;
  }

  /**
   * @throws InputException if the model cannot be loaded, the tables cannot be written, or no
   *     picture could be measured: then with the first failure
   */
  public Outcome run(List<ComparedPicture> pictures, Progress progress) {
    ResultFiles.prepare(output);
    List<PictureScores> done = new ArrayList<>();
    Map<String, String> failures = new LinkedHashMap<>();
    boolean cancelled = false;
    try {
      for (int i = 0; i < pictures.size(); i++) {
        String name = pictures.get(i).picture().name();
        measure(pictures.get(i), done, failures, of(name, i, pictures.size(), progress));
      }
    } catch (CancellationException e) {
      cancelled = true;
    } finally {
      write(done, failures);
    }
    List<Head> heads = mostChosen(done);
    if (!heads.isEmpty() && !cancelled && !asker.request().localization().isGiven()) {
      StoredHeads.write(asker.identity().get("model_sha256").getAsString(), heads);
    }
    if (done.isEmpty() && !cancelled) {
      throw new InputException(failures.values().iterator().next());
    }
    return new Outcome(done, failures, cancelled);
  }

  /**
   * Writes what was measured on one picture alone: tables and montage.
   *
   * @throws InputException if that fails
   */
  public static void write(
      Path folder, PictureComparison.Outcome outcome, ImageInput input, Rendering rendering) {
    ResultFiles.prepare(folder);
    List<PictureScores> only = List.of(outcome.scores());
    WholeFile.write(folder.resolve(TABLE), ComparisonTable.summary(only).toCsv());
    WholeFile.write(folder.resolve(TOKENS), ComparisonTable.tokens(only).toCsv());
    ComparisonMontage.write(folder, outcome.maps(), input, rendering);
  }

  private static Progress of(String name, int picture, int pictures, Progress progress) {
    return (stage, part, parts) ->
        progress.update(
            "%d of %d, %s: %s".formatted(picture + 1, pictures, name, stage),
            picture * Math.max(1, parts) + part,
            pictures * Math.max(1, parts));
  }

  /** A picture's figures, or why there are none. */
  private void measure(
      ComparedPicture compared,
      List<PictureScores> done,
      Map<String, String> failures,
      Progress progress) {
    progress.update("opening", 0, 1);
    String name = compared.picture().name();
    Path folder = output.resolve(compared.picture().folder());
    JsonObject key;
    ImageInput input;
    try {
      key = key(compared); // before it is read: should it change meanwhile, it is measured again
      Optional<PictureScores> earlier = resume ? ScoresFile.read(folder, key) : Optional.empty();
      if (earlier.isPresent()) {
        done.add(earlier.get());
        return;
      }
      input = compared.picture().content().apply(progress).input();
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      failures.put(name, PictureFailure.sentence(e));
      return;
    }
    asker.load(progress); // its failure is no picture's
    try {
      done.add(scores(compared, input, folder, key, progress));
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      failures.put(name, PictureFailure.sentence(e));
    }
  }

  private PictureScores scores(
      ComparedPicture compared, ImageInput input, Path folder, JsonObject key, Progress progress) {
    PictureComparison.Outcome outcome =
        new PictureComparison(asker.model(progress), asker.request(), options)
            .compare(
                compared.picture().name(),
                input.picture(),
                compared.regions().apply(input),
                progress);
    ResultFiles.prepare(folder);
    ComparisonMontage.write(folder, outcome.maps(), input, asker.rendering());
    ScoresFile.write(folder, key, outcome.scores()); // last: it says that the picture is done
    return outcome.scores();
  }

  private JsonObject key(ComparedPicture compared) {
    JsonObject key = asker.identity();
    key.add("comparison", new Gson().toJsonTree(options.words()));
    key.add("picture", compared.picture().identity().get());
    key.addProperty("rois", compared.regionsKey());
    return key;
  }

  /** The heads that were localization heads of most tokens; the first of equals. */
  private static List<Head> mostChosen(List<PictureScores> pictures) {
    Map<Head, Integer> counts = new TreeMap<>(BY_PLACE);
    pictures.stream()
        .flatMap(picture -> picture.heads().stream())
        .flatMap(List::stream)
        .forEach(head -> counts.merge(head, 1, Integer::sum));
    return counts.entrySet().stream()
        .sorted(Map.Entry.<Head, Integer>comparingByValue().reversed())
        .limit(LocalizationChoice.HEADS)
        .map(Map.Entry::getKey)
        .toList();
  }

  private void write(List<PictureScores> done, Map<String, String> failures) {
    List<Head> heads = mostChosen(done);
    WholeFile.write(output.resolve(TABLE), ComparisonTable.summary(done).toCsv());
    WholeFile.write(output.resolve(TOKENS), ComparisonTable.tokens(done).toCsv());
    JsonObject run = asker.identity();
    run.add("comparison", new Gson().toJsonTree(options.words()));
    run.addProperty("fill", "the picture's own median colour");
    run.addProperty("interval", "95 %, bootstrap over pictures, 1000 resamples");
    if (!heads.isEmpty()) {
      run.addProperty("localization_heads", LocalizationChoice.text(heads));
    }
    run.addProperty("pictures", done.size());
    run.add("failures", new Gson().toJsonTree(failures));
    WholeFile.write(output.resolve(RUN), new Gson().toJson(run));
  }
}
