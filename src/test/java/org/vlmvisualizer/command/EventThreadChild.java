package org.vlmvisualizer.command;

import ij.ImageJ;
import ij.ImagePlus;
import ij.Prefs;
import java.awt.EventQueue;
import java.awt.Frame;
import java.awt.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import javax.swing.JDialog;
import org.scijava.Context;
import org.scijava.command.CommandService;
import org.scijava.module.Module;

/**
 * In a real ImageJ on a display: asks the golden model twice and opens the explorer on the first
 * answer, each as a menu does, from the event thread, and through the dialog; meanwhile it watches
 * what the event thread does. Prints what it found wrong.
 */
public final class EventThreadChild {
  private static final Set<String> WORK =
      Set.of(
          "analysis",
          "attribution",
          "checkpoint",
          "engine",
          "family",
          "hub",
          "image",
          "network",
          "prompt");
  private static final String ROOT = "org.vlmvisualizer.";

  private static final AtomicInteger DIALOGS = new AtomicInteger();

  private final Set<String> seen = new TreeSet<>();
  private volatile boolean done;

  private EventThreadChild() {}

  public static void main(String[] arguments) throws Exception {
    new ImageJ(ImageJ.NO_SHOW);
    Prefs.set("vlmvisualizer.model", CommandRuns.MODEL);
    EventThreadChild child = new EventThreadChild();
    Thread watch = new Thread(child::watch, "watch");
    watch.start();
    try (Context context = new Context()) {
      CommandService commands = context.service(CommandService.class);
      ImagePlus first = ask(commands, "first.tif");
      ask(commands, "second.tif");
      // Fiji gives the active image; without a window manager, which one is active is chance.
      Module explorer = run(commands, TokenExplorer.class, Map.of("image", first));
      String reason = ((TokenExplorer) explorer.getDelegateObject()).getCancelReason();
      if (reason != null) {
        System.out.println("The explorer refused: " + reason);
      }
      EventQueue.invokeAndWait(() -> {});
      if (!isOpen("Token Explorer: first.tif")) {
        System.out.println("No explorer on the active heatmaps.");
      }
    }
    if (DIALOGS.get() < 2) {
      System.out.println("The dialog did not ask.");
    }
    child.done = true;
    watch.join();
    child.seen.forEach(frame -> System.out.println("On the event thread: " + frame));
    Runtime.getRuntime().halt(0);
  }

  private static boolean isOpen(String title) {
    for (Frame frame : Frame.getFrames()) {
      if (frame.isShowing() && frame.getTitle().equals(title)) {
        return true;
      }
    }
    return false;
  }

  private static ImagePlus ask(CommandService commands, String title) throws Exception {
    ImagePlus picture = CommandRuns.picture();
    picture.setTitle(title);
    picture.show();
    Module asked =
        run(
            commands,
            ShowAttention.class,
            // As imagej-legacy does with the active image; an option would keep the dialog away.
            Map.of("image", picture));
    ImagePlus heatmaps = (ImagePlus) asked.getOutput("heatmaps");
    if (heatmaps == null) {
      System.out.println(((ShowAttention) asked.getDelegateObject()).getCancelReason());
    } else {
      heatmaps.show(); // in Fiji, SciJava does
    }
    return heatmaps;
  }

  private static Module run(
      CommandService commands,
      Class<? extends VisualizerCommand> command,
      Map<String, Object> inputs)
      throws Exception {
    FutureTask<java.util.concurrent.Future<? extends Module>> click =
        new FutureTask<>(() -> commands.run(command, true, inputs));
    EventQueue.invokeAndWait(click);
    return click.get().get();
  }

  /** Looks at the event thread every other millisecond, for code that has no business there. */
  private void watch() {
    List<Thread> threads = new ArrayList<>();
    try {
      EventQueue.invokeAndWait(() -> threads.add(Thread.currentThread()));
      while (!done) {
        for (StackTraceElement frame : threads.get(0).getStackTrace()) {
          if (isWork(frame.getClassName())) {
            seen.add(frame.toString());
          }
        }
        EventQueue.invokeLater(EventThreadChild::acceptDialogs);
        Thread.sleep(2);
      }
    } catch (ReflectiveOperationException | InterruptedException e) {
      System.out.println("The watch ended: " + e);
    }
  }

  private static void acceptDialogs() {
    for (Window window : Window.getWindows()) {
      if (window instanceof JDialog dialog
          && dialog.isShowing()
          && dialog.getRootPane().getDefaultButton() != null) {
        DIALOGS.incrementAndGet();
        dialog.getRootPane().getDefaultButton().doClick(0);
      }
    }
  }

  private static boolean isWork(String className) {
    String[] names = className.substring(Math.min(ROOT.length(), className.length())).split("\\.");
    return className.startsWith(ROOT) && WORK.contains(names[0]);
  }
}
