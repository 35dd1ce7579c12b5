package org.vlmvisualizer.imagej;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import ij.WindowManager;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.plugin.PluginInfo;
import org.scijava.plugin.PluginService;
import org.scijava.script.AdaptedScriptLanguage;
import org.scijava.script.ScriptLanguage;
import org.scijava.script.ScriptService;
import org.vlmvisualizer.VirtualDisplay;

/** The scripts in docs/scripts.md, as they stand there, with a display and headless. */
class DocsScriptTest {
  private static final Pattern BLOCK = Pattern.compile("```groovy\\n(.*?)```", Pattern.DOTALL);

  @TempDir Path folder;

  /** What was seen: titles of images, texts of dialogs. */
  private record Seen(List<String> images, List<String> dialogs) {}

  /** Runs a script about a picture, and another with a question that is refused. */
  static final class Job implements FijiMain.Job {
    @Override
    public void run(FijiLike fiji, List<String> arguments) throws Exception {
      fiji.context
          .service(PluginService.class)
          .addPlugin(new PluginInfo<>(Groovy.class, ScriptLanguage.class));
      DialogWatch watch = new DialogWatch();
      ScriptService scripts = fiji.context.service(ScriptService.class);
      File picture = new File(arguments.get(3));
      List<String> questions = List.of("What is in the image?", " ");
      for (int i = 0; i < questions.size(); i++) {
        String script = Files.readString(Path.of(arguments.get(1 + i)));
        scripts
            .run("ask.groovy", script, true, "picture", picture, "question", questions.get(i))
            .get();
      }
      List<String> images = new ArrayList<>();
      int[] ids = WindowManager.getIDList();
      for (int id : ids == null ? new int[0] : ids) {
        images.add(WindowManager.getImage(id).getTitle());
      }
      Seen seen = new Seen(images, watch.take());
      Files.writeString(Path.of(arguments.get(0)), new Gson().toJson(seen));
    }
  }

  /** As Fiji's own scripting-groovy, which is not on Maven Central. */
  public static final class Groovy extends AdaptedScriptLanguage {
    public Groovy() {
      super("groovy");
    }
  }

  private Seen run(VirtualDisplay display) throws Exception {
    List<String> blocks =
        BLOCK
            .matcher(Files.readString(Path.of("docs/scripts.md")))
            .results()
            .map(block -> block.group(1))
            .toList();
    Path first = Files.writeString(folder.resolve("first.txt"), blocks.get(0));
    Path all = Files.writeString(folder.resolve("all.txt"), String.join("", blocks));
    Path report = folder.resolve("report.json");
    String printed =
        FijiProcess.run(display, folder, Job.class, report, all, first, FijiProcess.PAGE);
    // Java says that it makes a folder for preferences.
    List<String> told =
        printed.lines().filter(line -> !line.matches(".*pref(s|erences).*")).toList();
    assertEquals(3, told.size(), printed);
    assertTrue(told.get(0).startsWith("Attention of page.png: 8 tokens, the first "), told.get(0));
    assertTrue(told.get(1).startsWith("Token 4 at (220, 38): 0."), told.get(1));
    assertTrue(told.get(2).startsWith("Expected a question about the picture"), told.get(2));
    return new Gson().fromJson(Files.readString(report), Seen.class);
  }

  @Test
  void withADisplay() throws Exception {
    try (VirtualDisplay display = VirtualDisplay.start()) {
      Seen seen = run(display);
      assertEquals(List.of("Attention of page.png"), seen.images());
      assertEquals(List.of(), seen.dialogs());
    }
  }

  @Test
  void headless() throws Exception {
    run(null);
  }
}
