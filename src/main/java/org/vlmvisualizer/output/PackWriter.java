package org.vlmvisualizer.output;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.View;
import org.vlmvisualizer.json.StrictJson;

/**
 * Writes results into one zip. Each is a folder in it with the files that it had on the disk; and
 * the zip is a group of Zarr, version 2 of the format, in which each folder is a group with
 * run.json as its attributes and its maps as the array {@code patches}, [tokens, rows, columns] of
 * 32-bit floats in one chunk, and {@code patches-VIEW} of each view. Equal results give equal
 * bytes.
 *
 * @see <a href="https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html">Zarr storage
 *     specification version 2</a>
 */
final class PackWriter implements Closeable {
  static final String ATTRIBUTES = ".zattrs";
  private static final String GROUP = ".zgroup";
  private static final String ARRAY = ".zarray";
  private static final String CHUNK = "0.0.0";
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);
  private static final Gson GSON = new GsonBuilder().serializeNulls().create();

  private final ZipOutputStream zip;
  private final Set<String> groups = new HashSet<>();

  PackWriter(OutputStream out) throws IOException {
    zip = new ZipOutputStream(out);
    group("");
    text(ATTRIBUTES, ResultPack.mark());
  }

  /** Whether a folder has plain files alone, which is all that a result has. */
  static boolean takes(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.allMatch(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS));
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /**
   * Adds a whole result, and what else lies in its folder.
   *
   * @param name of its folder, with / between folders in folders
   */
  void add(String name, Path folder) throws IOException {
    JsonObject run = StrictJson.object(Files.readAllBytes(folder.resolve(ResultFiles.RUN)));
    for (int end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) {
      group(name.substring(0, end + 1));
    }
    String group = name + "/";
    group(group);
    copy(group + ATTRIBUTES, folder.resolve(ResultFiles.RUN));
    if (SavedFiles.MAPS.areIn(run)) {
      maps(group, folder, run);
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        copy(group + file.getFileName(), file);
      }
    }
  }

  private void maps(String group, Path folder, JsonObject run) throws IOException {
    int tokens = run.getAsJsonArray("tokens").size();
    Grid grid = ResultJson.takeGrid(run);
    array(group, folder.resolve(ResultFiles.PATCHES), grid, tokens);
    for (View view : ResultJson.takeViews(run, grid)) {
      array(group, folder.resolve(ResultFiles.patches(view)), view.grid(), tokens);
    }
  }

  private void array(String group, Path file, Grid grid, int tokens) throws IOException {
    String array = group + file.getFileName().toString().replace(".tif", "/");
    JsonArray shape = new JsonArray();
    List.of(tokens, grid.rows(), grid.columns()).forEach(shape::add);
    JsonObject json = new JsonObject();
    json.addProperty("zarr_format", 2);
    json.add("shape", shape);
    json.add("chunks", shape);
    json.addProperty("dtype", "<f4");
    json.add("compressor", null);
    json.addProperty("fill_value", 0.0);
    json.addProperty("order", "C");
    json.add("filters", null);
    text(array + ARRAY, json);
    begin(array + CHUNK);
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * grid.size()).order(ByteOrder.LITTLE_ENDIAN);
    try (FloatPlanes planes = FloatPlanes.open(file, grid.columns(), grid.rows(), tokens)) {
      for (int t = 0; t < tokens; t++) {
        bytes.asFloatBuffer().put(planes.next(1));
        zip.write(bytes.array());
      }
    }
    zip.closeEntry();
  }

  private void group(String name) throws IOException {
    if (groups.add(name)) {
      JsonObject json = new JsonObject();
      json.addProperty("zarr_format", 2);
      text(name + GROUP, json);
    }
  }

  private void text(String name, JsonObject json) throws IOException {
    begin(name);
    zip.write(GSON.toJson(json).getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  private void copy(String name, Path file) throws IOException {
    begin(name);
    Files.copy(file, zip);
    zip.closeEntry();
  }

  /** Adds an entry of another pack as it is. */
  void copy(ZipEntry entry, InputStream content) throws IOException {
    begin(entry.getName());
    content.transferTo(zip);
    zip.closeEntry();
  }

  private void begin(String name) throws IOException {
    boolean isSmall = name.endsWith(".png") || name.endsWith(".zip");
    zip.setLevel(isSmall ? Deflater.NO_COMPRESSION : Deflater.BEST_SPEED);
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(NO_TIME);
    zip.putNextEntry(entry);
  }

  /** Leaves the stream below open. */
  void finish() throws IOException {
    zip.finish();
    zip.flush();
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
