package org.vlmvisualizer.shelf;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.vlmvisualizer.core.AtomicFile;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ProcessMark;
import org.vlmvisualizer.core.UserCache;
import org.vlmvisualizer.json.StrictJson;

/**
 * How long answers took, by model, device and precision: a small file per computer in the user's
 * cache. It is a convenience: where it cannot be written, nothing is remembered, and one that is
 * damaged counts as empty.
 */
public final class AnswerTimes {
  private static final int MAX_ENTRIES = 200;
  private static final int MAX_TEXT = 4096;
  private static final int MAX_BYTES = 1 << 20;

  /** A year: what is longer was no answer. */
  static final double MAX_SECONDS = 3.2e7;

  private final Path file;

  /**
   * @param file that holds them, which need not be there
   */
  AnswerTimes(Path file) {
    this.file = file;
  }

  /** Those of the user who runs this program, on this computer. */
  public static AnswerTimes ofThisUser() {
    return new AnswerTimes(UserCache.folder("answer-times").resolve(ProcessMark.host() + ".json"));
  }

  /**
   * Remembers one, in place of an earlier one of the same model, device and precision, of which
   * stays what this has not measured.
   *
   * @param seconds as in {@link AnswerTime}
   * @param stages as in {@link AnswerTime}
   */
  public void record(
      Path folder, String device, String precision, double seconds, StageTimes stages) {
    AnswerTime time = new AnswerTime(key(folder), device, precision, seconds, stages);
    if (!isSound(time)) {
      return;
    }
    List<AnswerTime> times = new ArrayList<>(list());
    Optional<AnswerTime> earlier = times.stream().filter(time::isOfSame).findFirst();
    times.removeIf(time::isOfSame);
    times.add(0, earlier.map(time::behind).orElse(time));
    write(times.subList(0, Math.min(times.size(), MAX_ENTRIES)));
  }

  /** The last answer of a model, whatever it ran on. */
  public Optional<AnswerTime> last(Path folder) {
    return of(folder).filter(time -> time.seconds() > 0).findFirst();
  }

  /**
   * The last one of a model that tells its stages.
   *
   * @param device that it ran on, "auto" for any
   * @param precision that it ran in, "auto" for any
   */
  public Optional<AnswerTime> lastStages(Path folder, String device, String precision) {
    return of(folder)
        .filter(time -> time.stages() != null && time.isOn(device, precision))
        .findFirst();
  }

  private Stream<AnswerTime> of(Path folder) {
    String key = key(folder);
    return list().stream().filter(time -> time.folder().equals(key));
  }

  /** All of them, the newest first; none if the file is damaged. */
  List<AnswerTime> list() {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      return bytes.length > MAX_BYTES ? List.of() : parse(StrictJson.object(bytes));
    } catch (IOException | JsonParseException | InputException e) {
      return List.of();
    }
  }

  private static List<AnswerTime> parse(JsonObject json) {
    AnswerTime[] times = new Gson().fromJson(json.get("times"), AnswerTime[].class);
    boolean isSound =
        times != null
            && times.length <= MAX_ENTRIES
            && Arrays.stream(times).allMatch(AnswerTimes::isSound);
    return isSound ? List.of(times) : List.of();
  }

  private static boolean isSound(AnswerTime time) {
    return time != null
        && Stream.of(time.folder(), time.device(), time.precision()).noneMatch(Objects::isNull)
        && isSound(time.folder())
        && time.device().matches("[a-z]{2,8}(:\\d{1,3})?")
        && time.precision().matches("[a-z]{2,8}\\d{0,2}(-\\d{1,3})?")
        && time.seconds() >= (time.stages() == null ? Double.MIN_VALUE : 0)
        && time.seconds() < MAX_SECONDS
        && (time.stages() == null || time.stages().isSound());
  }

  private static boolean isSound(String folder) {
    return !folder.isBlank()
        && folder.length() <= MAX_TEXT
        && folder.chars().noneMatch(Character::isISOControl);
  }

  private void write(List<AnswerTime> times) {
    String json = new Gson().toJsonTree(Map.of("times", times)).toString();
    try {
      Files.createDirectories(file.getParent());
      Path part = Files.createTempFile(file.getParent(), "times", ".part");
      AtomicFile.replace(file, part, p -> Files.writeString(p, json));
    } catch (IOException | SecurityException e) {
      // A home that cannot be written to: nothing is remembered.
    }
  }

  private static String key(Path folder) {
    return folder.toAbsolutePath().normalize().toString();
  }
}
