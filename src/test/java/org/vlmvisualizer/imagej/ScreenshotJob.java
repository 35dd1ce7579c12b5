package org.vlmvisualizer.imagej;

import ij.IJ;
import ij.ImagePlus;
import ij.WindowManager;
import java.awt.Color;
import java.awt.Component;
import java.awt.Container;
import java.awt.Dialog;
import java.awt.EventQueue;
import java.awt.Font;
import java.awt.Frame;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.RenderingHints;
import java.awt.Robot;
import java.awt.Window;
import java.awt.event.WindowEvent;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.swing.JTabbedPane;
import javax.swing.JTable;
import javax.swing.JTextField;

/** Takes a picture of each window that the commands open, for the documentation. */
final class ScreenshotJob implements FijiMain.Job {
  private static final int TITLE_HEIGHT = 24;
  private static final int MILLIS = 700;

  private Path folder;
  private Robot robot;

  /**
   * @param arguments the folder for the pictures, and two images to ask about
   */
  @Override
  public void run(FijiLike fiji, List<String> arguments) throws Exception {
    folder = Path.of(arguments.get(0));
    robot = new Robot();
    IJ.getInstance().setLocation(1000, 900);
    IJ.openImage(arguments.get(1)).show();
    fiji.choose("Show Attention...", Map.of("length", 32, "prompt", "What is in the image?"));
    ImagePlus maps = WindowManager.getCurrentImage();
    maps.setSlice(slice(maps, "apple"));
    take("heatmaps", maps.getWindow());
    take("plot", WindowManager.getWindow("Attention ratio of page.png"));
    Window table = WindowManager.getWindow("Attention per token");
    table.setSize(1560, 260);
    take("table", table);
    takeExplorer(fiji, maps);
    WindowManager.closeAllWindows();
    IJ.openImage(arguments.get(2)).show();
    fiji.choose(
        "Show Attention...",
        Map.of(
            "length",
            32,
            "display",
            "composite",
            "upsampling",
            "bilinear",
            "plot",
            false,
            "montage",
            false,
            "prompt",
            "What is in the image?"));
    take("composite", WindowManager.getCurrentImage().getWindow());
    takeDialog(fiji);
    takeModels(fiji);
    WindowManager.closeAllWindows();
    takeAnswer(fiji, arguments.get(1));
  }

  /** The screen after a question from the menu, as far as it is used. */
  private void takeAnswer(FijiLike fiji, String picture) throws Exception {
    EventQueue.invokeAndWait(() -> IJ.getInstance().setVisible(false));
    ImagePlus page = IJ.openImage(picture);
    page.show();
    EventQueue.invokeAndWait(() -> page.getWindow().setLocation(0, 0));
    AnsweredDialog.choose(fiji, "Show Attention...", Map.of("length", 32));
    Thread.sleep(MILLIS);
    ImagePlus maps = WindowManager.getCurrentImage();
    EventQueue.invokeAndWait(() -> maps.setSlice(slice(maps, "cherry")));
    Thread.sleep(MILLIS);
    Rectangle used = new Rectangle();
    List<Rectangle> windows = new ArrayList<>();
    for (Frame frame : Frame.getFrames()) {
      if (frame.isShowing()) {
        windows.add(frame.getBounds());
        used.add(frame.getBounds());
      }
    }
    BufferedImage screen = new BufferedImage(used.width, used.height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = screen.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fill(used);
    for (Rectangle window : windows) {
      graphics.drawImage(robot.createScreenCapture(window), window.x, window.y, null);
    }
    graphics.dispose();
    ImageIO.write(screen, "png", folder.resolve("answer.png").toFile());
  }

  /** The explorer beside its picture, at the token that the stack of maps is scrolled to. */
  private void takeExplorer(FijiLike fiji, ImagePlus maps) throws Exception {
    WindowManager.setCurrentWindow(maps.getWindow());
    fiji.choose("VLM Token Explorer", Map.of());
    Thread.sleep(MILLIS);
    askOn("What is written there?");
    EventQueue.invokeAndWait(() -> maps.setSlice(slice(maps, "cherry")));
    EventQueue.invokeAndWait(() -> maps.setSlice(slice(maps, "banana")));
    List<Frame> frames = new ArrayList<>();
    for (Frame frame : Frame.getFrames()) {
      if (frame.isShowing() && frame.getTitle().startsWith("Token Explorer")) {
        frames.add(0, frame);
      }
    }
    frames.add(window("Explorer of page.png"));
    take("explorer", frames.toArray(Window[]::new));
  }

  /** Asks in the explorer's line, waits for the answer, and goes back to the first. */
  private static void askOn(String question) throws Exception {
    Frame explorer =
        Arrays.stream(Frame.getFrames())
            .filter(f -> f.isShowing() && f.getTitle().startsWith("Token Explorer"))
            .findFirst()
            .orElseThrow();
    JTextField field = part(explorer, JTextField.class);
    EventQueue.invokeAndWait(
        () -> {
          field.setText(question);
          field.postActionEvent();
        });
    while (!field.isEnabled()) {
      Thread.sleep(MILLIS);
    }
    EventQueue.invokeAndWait(() -> part(explorer, JTabbedPane.class).setSelectedIndex(0));
    Thread.sleep(MILLIS);
  }

  private static Frame window(String title) {
    return WindowManager.getImage(title).getWindow();
  }

  /** Opens the dialog, and closes it as with Cancel. */
  private void takeDialog(FijiLike fiji) throws Exception {
    Thread asking = new Thread(() -> fiji.open("Show Attention..."), "asking");
    asking.start();
    Dialog dialog = null;
    while (dialog == null) {
      Thread.sleep(MILLIS);
      for (Window window : Window.getWindows()) {
        dialog = window instanceof Dialog shown && shown.isShowing() ? shown : dialog;
      }
    }
    take("dialog", dialog);
    Dialog open = dialog;
    EventQueue.invokeAndWait(
        () -> open.dispatchEvent(new WindowEvent(open, WindowEvent.WINDOW_CLOSING)));
    asking.join();
  }

  /** The list of models. */
  private void takeModels(FijiLike fiji) throws Exception {
    fiji.open("VLM Models...");
    Frame window = null;
    JTable table = null;
    while (table == null || table.getRowCount() == 0) {
      Thread.sleep(MILLIS);
      window = frame("Models");
      table = window == null ? null : part(window, JTable.class);
    }
    JTable models = table;
    int row = 0; // one whose details name no folder of this computer
    while (!models.getValueAt(row, 0).equals("llava-hf/llava-1.5-7b-hf")) {
      row++;
    }
    int shown = row;
    EventQueue.invokeAndWait(() -> models.setRowSelectionInterval(shown, shown));
    take("models", window);
    Frame open = window;
    EventQueue.invokeAndWait(open::dispose);
  }

  private static Frame frame(String title) {
    for (Frame frame : Frame.getFrames()) {
      if (frame.isShowing() && frame.getTitle().equals(title)) {
        return frame;
      }
    }
    return null;
  }

  /** The first part of a kind, or null. */
  private static <T extends Component> T part(Container inside, Class<T> type) {
    for (Component part : inside.getComponents()) {
      T found =
          type.isInstance(part)
              ? type.cast(part)
              : part instanceof Container container ? part(container, type) : null;
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** The first slice whose label has a word in it. */
  private static int slice(ImagePlus maps, String word) {
    for (int t = 1; t <= maps.getNSlices(); t++) {
      if (maps.getStack().getSliceLabel(t).contains(word)) {
        return t;
      }
    }
    throw new IllegalStateException("No token " + word);
  }

  /** One window, or several side by side. */
  private void take(String name, Window... windows) throws Exception {
    List<BufferedImage> pictures = new ArrayList<>();
    int width = 0;
    int height = 0;
    for (Window window : windows) {
      BufferedImage picture = picture(window);
      pictures.add(picture);
      width += picture.getWidth();
      height = Math.max(height, picture.getHeight());
    }
    BufferedImage all = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = all.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    int x = 0;
    for (BufferedImage picture : pictures) {
      graphics.drawImage(picture, x, 0, null);
      x += picture.getWidth();
    }
    graphics.dispose();
    ImageIO.write(all, "png", folder.resolve(name + ".png").toFile());
  }

  private BufferedImage picture(Window window) throws Exception {
    EventQueue.invokeAndWait(
        () -> {
          window.setLocation(60, 60);
          window.validate();
          window.toFront();
        });
    Thread.sleep(MILLIS);
    BufferedImage content = robot.createScreenCapture(new Rectangle(window.getBounds()));
    String title = window instanceof Frame frame ? frame.getTitle() : ((Dialog) window).getTitle();
    return titled(content, title);
  }

  /** With the title that a window manager would show; the virtual display has none. */
  private static BufferedImage titled(BufferedImage content, String title) {
    int width = content.getWidth();
    BufferedImage whole =
        new BufferedImage(width, content.getHeight() + TITLE_HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = whole.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setColor(new Color(0x3c4250));
    graphics.fillRect(0, 0, width, TITLE_HEIGHT);
    graphics.setColor(Color.WHITE);
    graphics.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 13));
    int x = (width - graphics.getFontMetrics().stringWidth(title)) / 2;
    graphics.drawString(title, x, 17);
    graphics.drawImage(content, 0, TITLE_HEIGHT, null);
    graphics.dispose();
    return whole;
  }
}
