package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import ij.IJ;
import ij.ImagePlus;
import ij.WindowManager;
import java.awt.Component;
import java.awt.Container;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.Robot;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.swing.JButton;
import javax.swing.JMenuItem;
import javax.swing.JPopupMenu;
import javax.swing.MenuElement;
import javax.swing.MenuSelectionManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.command.CommandService;
import org.vlmvisualizer.PlainSentence;
import org.vlmvisualizer.VirtualDisplay;
import org.vlmvisualizer.command.TokenExplorer;
import org.vlmvisualizer.core.GeneratedToken;
import org.vlmvisualizer.core.MapCheck;
import org.vlmvisualizer.output.AttentionResult;

/** Maps by other methods, and checks, in the Token Explorer on a small screen, with a model. */
class OtherMethodTest {
  private static final int PATIENCE_MS = 60_000;
  private static final int WIDTH = 1366;
  private static final int HEIGHT = 768;
  private static final Path PICTURE = Path.of("target/method.png").toAbsolutePath();

  @TempDir Path folder;

  /** The maps that the explorer showed. */
  private record Seen(
      String method,
      String asked,
      boolean signed,
      boolean evidence,
      int tokens,
      MapCheck check,
      Rectangle bounds,
      List<String> told) {}

  /** Chooses methods and checks a map, first of an answer of this session, then of a saved one. */
  static final class Job implements FijiMain.Job {
    private final Map<String, Seen> all = new LinkedHashMap<>();
    private DialogWatch watch;

    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      IJ.openImage(arguments.get(1)).show();
      Path results = Path.of(arguments.get(2));
      AnsweredDialog.choose(
          fiji, "Show Attention...", Map.of("length", 16, "output", results.toString()));
      Thread.sleep(600);
      watch = new DialogWatch();
      choose("tam");
      ImagePlus maps = image("Attention of");
      EventQueue.invokeAndWait(() -> maps.setSlice(slice(maps, "red")));
      choose("logit-attribution");
      press("check");
      note("checked");
      take(Path.of(arguments.get(3)));
      choose("language");
      WindowManager.closeAllWindows();
      explore(fiji, results);
      choose("rollout");
      note("saved");
      refused(fiji, results, "changed", run -> run.addProperty("model_sha256", "0".repeat(64)));
      refused(fiji, results, "gone", run -> run.addProperty("model", results + "/none"));
      refused(fiji, results, "several", run -> run.getAsJsonObject("picture").addProperty("of", 2));
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(all));
    }

    private static int slice(ImagePlus maps, String word) {
      int t = 1;
      while (!maps.getStack().getSliceLabel(t).contains(word)) {
        t++;
      }
      return t;
    }

    /** Looks at a saved result after somebody changed its account. */
    private void refused(FijiLike fiji, Path results, String name, Consumer<JsonObject> change)
        throws Exception {
      WindowManager.closeAllWindows();
      Path copy = Files.createDirectory(results.resolveSibling(name));
      try (Stream<Path> files = Files.list(results)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, copy.resolve(file.getFileName()));
        }
      }
      Path json = copy.resolve("run.json");
      JsonObject run = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
      change.accept(run);
      Files.writeString(json, run.toString());
      explore(fiji, copy);
      choose("rollout");
      note(name);
    }

    private static void explore(FijiLike fiji, Path results) throws Exception {
      fiji.context
          .service(CommandService.class)
          .run(TokenExplorer.class, true, "folder", results.toFile())
          .get();
      Thread.sleep(600);
    }

    private void choose(String method) throws Exception {
      EventQueue.invokeAndWait(button("method")::doClick);
      EventQueue.invokeAndWait(
          () -> {
            JMenuItem item = item(method);
            MenuSelectionManager.defaultManager().clearSelectedPath();
            item.doClick();
          });
      settle();
      if (!all.containsKey(method) && !all.containsKey("checked")) {
        note(method);
      }
    }

    private static JMenuItem item(String method) {
      for (MenuElement element : MenuSelectionManager.defaultManager().getSelectedPath()) {
        if (element instanceof JPopupMenu menu) {
          return Stream.of(menu.getComponents())
              .filter(item -> method.equals(item.getName()))
              .map(JMenuItem.class::cast)
              .findFirst()
              .orElseThrow();
        }
      }
      throw new AssertionError("No menu");
    }

    private static void press(String name) throws Exception {
      EventQueue.invokeAndWait(button(name)::doClick);
      settle();
    }

    private static void settle() throws Exception {
      long end = System.currentTimeMillis() + PATIENCE_MS;
      while (!button("method").isEnabled()) {
        if (System.currentTimeMillis() > end) {
          throw new AssertionError("It does not end");
        }
        Thread.sleep(50);
      }
      Thread.sleep(300);
    }

    private void note(String step) throws Exception {
      AttentionResult result = AttentionResult.of(image("Explorer of"));
      MapCheck check =
          result.maps().tokens().stream()
              .map(GeneratedToken::check)
              .filter(found -> found != null)
              .findFirst()
              .orElse(null);
      all.put(
          step,
          new Seen(
              result.maps().map().method(),
              result.run().getAsJsonObject("options").get("method").getAsString(),
              result.maps().signed(),
              result.maps().hasEvidence(),
              result.maps().size(),
              check,
              explorer().getBounds(),
              watch.take()));
    }

    private static ImagePlus image(String title) {
      return Arrays.stream(WindowManager.getIDList())
          .mapToObj(WindowManager::getImage)
          .filter(image -> image.getTitle().startsWith(title))
          .findFirst()
          .orElseThrow();
    }

    private static Frame explorer() {
      return Arrays.stream(Frame.getFrames())
          .filter(frame -> frame.isShowing() && frame.getTitle().startsWith("Token Explorer"))
          .findFirst()
          .orElseThrow();
    }

    private static JButton button(String name) {
      return buttons(explorer()).stream()
          .filter(button -> name.equals(button.getName()))
          .findFirst()
          .orElseThrow();
    }

    private static List<JButton> buttons(Container inside) {
      List<JButton> found = new ArrayList<>();
      for (Component part : inside.getComponents()) {
        if (part instanceof JButton button) {
          found.add(button);
        } else if (part instanceof Container container) {
          found.addAll(buttons(container));
        }
      }
      return found;
    }

    /** The explorer beside its picture. */
    private static void take(Path file) throws Exception {
      Thread.sleep(600);
      Robot robot = new Robot();
      BufferedImage left = robot.createScreenCapture(explorer().getBounds());
      BufferedImage right = robot.createScreenCapture(image("Explorer of").getWindow().getBounds());
      BufferedImage both =
          new BufferedImage(
              left.getWidth() + right.getWidth(),
              Math.max(left.getHeight(), right.getHeight()),
              BufferedImage.TYPE_INT_RGB);
      Graphics2D g = both.createGraphics();
      g.drawImage(left, 0, 0, null);
      g.drawImage(right, left.getWidth(), 0, null);
      g.dispose();
      Files.createDirectories(file.getParent());
      ImageIO.write(both, "png", file.toFile());
    }
  }

  @Test
  void showsTheSameAnswerByOtherMethods() throws Exception {
    Map<String, Seen> all = new LinkedHashMap<>();
    Path cells = FijiProcess.PAGE.resolveSibling("cells.png");
    try (VirtualDisplay display = VirtualDisplay.start(WIDTH, HEIGHT)) {
      FijiProcess.report(
              display,
              folder,
              Job.class,
              JsonObject.class,
              cells,
              folder.resolve("results"),
              PICTURE)
          .asMap()
          .forEach((step, seen) -> all.put(step, new Gson().fromJson(seen, Seen.class)));
    }
    int tokens = all.get("tam").tokens();
    for (String method : List.of("tam", "logit-attribution")) {
      Seen seen = all.get(method);
      assertEquals(method, seen.method());
      assertEquals(method, seen.asked());
      assertEquals(method.equals("logit-attribution"), seen.signed());
      assertTrue(seen.evidence(), "what was known of the tokens stays");
      assertEquals(tokens, seen.tokens());
      assertEquals(List.of(), seen.told());
      assertTrue(new Rectangle(WIDTH, HEIGHT).contains(seen.bounds()), seen.bounds().toString());
    }
    Seen checked = all.get("checked");
    assertEquals("logit-attribution", checked.method());
    assertNotNull(checked.check());
    assertTrue(
        new Rectangle(WIDTH, HEIGHT).contains(checked.bounds()), checked.bounds().toString());
    Seen saved = all.get("saved");
    assertEquals("rollout", saved.method());
    assertEquals(tokens, saved.tokens());
    for (String name : List.of("changed", "gone", "several")) {
      Seen refused = all.get(name);
      assertEquals("language", refused.method(), name);
      assertEquals(1, refused.told().size(), name);
      PlainSentence.check(refused.told().get(0).substring("VLM Visualizer: ".length()));
    }
  }
}
