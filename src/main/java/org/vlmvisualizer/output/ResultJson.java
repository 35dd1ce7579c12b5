package org.vlmvisualizer.output;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import ij.measure.Calibration;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.vlmvisualizer.core.AttentionShares;
import org.vlmvisualizer.core.AttributionMap;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.Grid;
import org.vlmvisualizer.core.HeadAttention;
import org.vlmvisualizer.core.IndexRange;
import org.vlmvisualizer.core.TokenMaps;
import org.vlmvisualizer.core.View;
import org.vlmvisualizer.core.ViewMaps;

/** What run.json tells of a result beside how it came about, written and read back. */
final class ResultJson {
  private static final Gson GSON = new Gson();
  private static final int MAX_INDEX = 9999;
  private static final String SIGNED = "signed";
  private static final String CHECKSUM = "checksum";

  /** What images were like before there was such a word for it. */
  private static final Map<String, String> ADDED = Map.of("views", "joined", "words", "mean");

  private ResultJson() {}

  /** Which part of which image, in which units, and how maps became an image. */
  static JsonObject image(SourceFrame source, Rendering rendering) {
    Calibration calibration = source.calibration();
    JsonObject image = new JsonObject();
    image.addProperty("title", source.title());
    image.addProperty("x", source.originX());
    image.addProperty("y", source.originY());
    rendering.words().forEach(image::addProperty);
    image.addProperty("pixel_width", calibration.pixelWidth);
    image.addProperty("pixel_height", calibration.pixelHeight);
    image.addProperty("x_unit", calibration.getXUnit());
    image.addProperty("y_unit", calibration.getYUnit());
    image.addProperty("x_origin", calibration.xOrigin);
    image.addProperty("y_origin", calibration.yOrigin);
    image.addProperty("invert_y", calibration.getInvertY());
    return image;
  }

  /** By which the picture is known again that is not saved. */
  static void putChecksum(JsonObject image, SourceFrame source) {
    image.addProperty(CHECKSUM, source.checksum());
  }

  static Rendering rendering(JsonObject image) {
    return Rendering.of(
        name ->
            image.has(name) || !ADDED.containsKey(name)
                ? image.get(name).getAsString()
                : ADDED.get(name));
  }

  static SourceFrame source(JsonObject image) {
    Calibration calibration = new Calibration();
    calibration.setXUnit(image.get("x_unit").getAsString());
    calibration.setYUnit(image.get("y_unit").getAsString());
    calibration.pixelWidth = image.get("pixel_width").getAsDouble();
    calibration.pixelHeight = image.get("pixel_height").getAsDouble();
    calibration.xOrigin = image.get("x_origin").getAsDouble();
    calibration.yOrigin = image.get("y_origin").getAsDouble();
    calibration.setInvertY(image.get("invert_y").getAsBoolean());
    return new SourceFrame(
        image.get("title").getAsString(),
        image.get("x").getAsInt(),
        image.get("y").getAsInt(),
        calibration,
        new WeakReference<>(null),
        image.has(CHECKSUM) ? image.get(CHECKSUM).getAsLong() : 0,
        StackPlace.NONE);
  }

  /** A grid in the words of earlier versions: model = source * scale + shift, along each axis. */
  private record SquareGrid(
      int sourceWidth,
      int sourceHeight,
      int modelSize,
      int patchSize,
      double scaleX,
      double scaleY,
      double shiftX,
      double shiftY) {}

  /** Says of signed maps that they are; of others, nothing, as earlier versions did. */
  static void putSigned(JsonObject run, TokenMaps maps) {
    if (maps.signed()) {
      run.addProperty(SIGNED, true);
    }
  }

  /** Takes out of run.json whether maps are signed. */
  static boolean takeSigned(JsonObject run) {
    return run.has(SIGNED) && run.remove(SIGNED).getAsBoolean();
  }

  /** Where maps lie: a square grid in the words of earlier versions, or display and views. */
  static void putPlaces(JsonObject run, TokenMaps maps) {
    if (maps.views().isEmpty() && maps.grid().columns() == maps.grid().rows()) {
      run.add("grid", square(maps.grid()));
      return;
    }
    run.add("display", GSON.toJsonTree(maps.grid()));
    JsonArray views = new JsonArray();
    for (ViewMaps view : maps.views()) {
      JsonObject json = place(view.view());
      double[] shares = IntStream.range(0, maps.size()).mapToDouble(view::share).toArray();
      json.add("share", GSON.toJsonTree(shares));
      views.add(json);
    }
    run.add("views", views);
  }

  private static JsonObject place(View view) {
    Grid grid = view.grid();
    JsonObject json = new JsonObject();
    json.addProperty("name", view.name());
    json.addProperty("picture", view.picture());
    json.addProperty("first_frame", view.firstFrame());
    json.addProperty("frames", view.frames());
    json.addProperty("columns", grid.columns());
    json.addProperty("rows", grid.rows());
    json.addProperty("model_pixels", grid.modelPixels());
    double width = grid.columns() * grid.cellWidth();
    double height = grid.rows() * grid.cellHeight();
    json.add("rectangle", GSON.toJsonTree(new double[] {grid.left(), grid.top(), width, height}));
    return json;
  }

  /** Takes the places of maps out of run.json. */
  static Grid takeGrid(JsonObject run) {
    return run.has("grid")
        ? square(run.remove("grid").getAsJsonObject())
        : GSON.fromJson(run.remove("display"), Grid.class);
  }

  /** Takes the views out of run.json, none if there is one only. */
  static List<View> takeViews(JsonObject run, Grid display) {
    List<View> views = new ArrayList<>();
    if (run.has("views")) {
      run.remove("views")
          .getAsJsonArray()
          .forEach(view -> views.add(view(view.getAsJsonObject(), display)));
    }
    return views;
  }

  private static View view(JsonObject json, Grid display) {
    double[] box = GSON.fromJson(json.get("rectangle"), double[].class);
    int columns = json.get("columns").getAsInt();
    int rows = json.get("rows").getAsInt();
    String name = json.get("name").getAsString();
    if (!List.of(View.PICTURE, View.OVERVIEW, View.TILES, View.FRAME).contains(name)) {
      throw new IllegalArgumentException("A view named " + name);
    }
    Grid grid =
        new Grid(
            display.sourceWidth(),
            display.sourceHeight(),
            columns,
            rows,
            box[0],
            box[1],
            box[2] / columns,
            box[3] / rows,
            json.get("model_pixels").getAsInt());
    return new View(
        json.get("picture").getAsInt(),
        json.get("first_frame").getAsInt(),
        json.get("frames").getAsInt(),
        name,
        grid);
  }

  private static JsonObject square(Grid grid) {
    double scaleX = grid.modelPixels() / grid.cellWidth();
    double scaleY = grid.modelPixels() / grid.cellHeight();
    SquareGrid square =
        new SquareGrid(
            grid.sourceWidth(),
            grid.sourceHeight(),
            grid.columns() * grid.modelPixels(),
            grid.modelPixels(),
            scaleX,
            scaleY,
            -grid.left() * scaleX,
            -grid.top() * scaleY);
    return GSON.toJsonTree(square).getAsJsonObject();
  }

  private static Grid square(JsonObject json) {
    SquareGrid square = GSON.fromJson(json, SquareGrid.class);
    int count = square.modelSize / square.patchSize;
    return new Grid(
        square.sourceWidth,
        square.sourceHeight,
        count,
        count,
        -square.shiftX / square.scaleX,
        -square.shiftY / square.scaleY,
        square.patchSize / square.scaleX,
        square.patchSize / square.scaleY,
        square.patchSize);
  }

  /** Which layers and heads were kept: the shape of {@link KeptImages}. */
  record Kept(
      IndexRange layers, IndexRange heads, boolean averaged, boolean vision, boolean markers) {
    Kept {
      for (IndexRange range : List.of(layers, heads)) {
        if (range.first() < 0 || range.last() < range.first() || range.last() > MAX_INDEX) {
          throw new IllegalArgumentException("Layers " + layers + " and heads " + heads);
        }
      }
    }
  }

  static JsonObject kept(HeadAttention kept) {
    return GSON.toJsonTree(
            new Kept(
                kept.layers(),
                kept.heads(),
                kept.averaged(),
                kept.vision() != null,
                kept.recorded() > kept.layout().tokens()))
        .getAsJsonObject();
  }

  static Kept kept(JsonObject json) {
    return GSON.fromJson(json, Kept.class);
  }

  /** One object per token. */
  static JsonArray tokens(TokenMaps maps) {
    JsonArray tokens = new JsonArray();
    for (int t = 0; t < maps.size(); t++) {
      JsonObject token = GSON.toJsonTree(maps.tokens().get(t)).getAsJsonObject();
      token.add("attention", GSON.toJsonTree(maps.shares().get(t)));
      tokens.add(token);
    }
    return tokens;
  }

  /**
   * @param map [T, P]
   */
  static TokenMaps maps(JsonArray json, Grid grid, AttributionMap map, List<ViewMaps> views) {
    List<GeneratedToken> tokens = new ArrayList<>();
    List<AttentionShares> shares = new ArrayList<>();
    json.forEach(
        token -> {
          tokens.add(GSON.fromJson(token, GeneratedToken.class));
          shares.add(shares(token.getAsJsonObject().getAsJsonObject("attention")));
        });
    return new TokenMaps(map, grid, tokens, shares, views);
  }

  /** Earlier versions asked about one picture, and did not say its share twice. */
  private static AttentionShares shares(JsonObject json) {
    JsonObject all = json.deepCopy();
    if (!all.has("picture")) {
      all.add("picture", all.get("image"));
    }
    return GSON.fromJson(all, AttentionShares.class);
  }
}
