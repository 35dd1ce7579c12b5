package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ij.Macro;
import ij.macro.Interpreter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.scijava.Context;
import org.scijava.command.CommandInfo;
import org.vlmvisualizer.JavaProcess;
import org.vlmvisualizer.VirtualDisplay;

/** Nothing is left to the second dialog, in which SciJava asks for every unresolved input. */
public class ResolvedInputsTest {
  /** What the macro runs; it can call static methods only. */
  private static Runnable body;

  /** Called by the macro. */
  public static String insideMacro() {
    body.run();
    return "";
  }

  private static void check(Context context) {
    List<CommandInfo> commands = ResolvedInputs.commands(context);
    assertTrue(commands.size() >= 7, commands.toString());
    for (CommandInfo info : commands) {
      try {
        assertEquals(List.of(), ResolvedInputs.unresolved(context, info), info.getTitle());
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void headless() {
    try (Context context = new Context()) {
      check(context);
    }
  }

  @Test
  void inAMacroWithOptionsAndWithout() throws Exception {
    for (String options : new String[] {"failure=continue", null}) {
      Throwable[] thrown = {null};
      try (Context context = new Context()) {
        body =
            () -> {
              Thread.currentThread().setName("Run$_test");
              Macro.setOptions(options);
              try {
                check(context);
              } catch (Throwable e) {
                thrown[0] = e;
              }
            };
        String macro = "call('" + getClass().getName() + ".insideMacro');";
        Thread thread = new Thread(() -> new Interpreter().run(macro));
        thread.start();
        thread.join();
      }
      assertEquals(null, thrown[0]);
    }
  }

  @Test
  void withADisplay(@TempDir Path home) throws Exception {
    String page = "src/main/resources/demo-images/page.png";
    try (VirtualDisplay display = VirtualDisplay.start()) {
      for (List<String> images : List.of(List.of(page), List.<String>of())) {
        JavaProcess child =
            JavaProcess.run(
                List.of("-Xmx1g", "-Duser.home=" + home, "-Dplugins.dir=" + home),
                JavaProcess.classPath(),
                ResolvedInputs.class.getName(),
                images,
                Map.of("DISPLAY", display.name()));
        assertEquals(0, child.exitCode(), child.err());
        List<String> lines = child.out().lines().filter(l -> l.contains(": [")).toList();
        assertTrue(lines.size() >= 7, child.out());
        lines.forEach(line -> assertTrue(line.endsWith(": []"), line));
      }
    }
  }
}
