package org.vlmvisualizer.explorer;

import java.awt.BorderLayout;
import java.awt.EventQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.swing.JButton;
import javax.swing.JCheckBox;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.JTextField;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.Progress;
import org.vlmvisualizer.dialog.MessageBox;
import org.vlmvisualizer.output.AttentionResult;

/**
 * The line that asks the next question about the picture. While that is being answered, or the
 * model makes or checks maps, the text above it tells how far it is, and the button cancels.
 */
final class AskLine extends JPanel {
  /** The property that tells whether the model is at work. */
  static final String BUSY = "busy";

  private static final long serialVersionUID = 1L;
  private static final String INVITATION = "Ask about this picture";
  private static final String ASK = "Ask";

  private final transient NextQuestion next;
  private final transient Supplier<AttentionResult> earlier;
  private final JLabel state = new JLabel(INVITATION);
  private final JTextField question = new JTextField();
  private final JCheckBox followUp = new JCheckBox("Follow-up");
  private final JButton button = new JButton(ASK);
  private final transient AtomicReference<String> stage = new AtomicReference<>(); // to be shown
  private boolean busy;
  private volatile boolean cancelled;

  /**
   * @param earlier the answer that is looked at
   */
  AskLine(NextQuestion next, Supplier<AttentionResult> earlier) {
    super(new BorderLayout(8, 4));
    this.next = next;
    this.earlier = earlier;
    state.setDisplayedMnemonic('K');
    state.setLabelFor(question);
    question.setName("next question");
    question.getAccessibleContext().setAccessibleName(INVITATION);
    question.setToolTipText("The same model and options; the answer opens beside the others");
    question.addActionListener(e -> ask());
    button.addActionListener(e -> askOrCancel());
    followUp.setMnemonic('L');
    followUp.setToolTipText("The model sees the question and the answer that are shown, too");
    JPanel above = new JPanel(new BorderLayout());
    above.add(state);
    above.add(followUp, BorderLayout.LINE_END);
    add(above, BorderLayout.PAGE_START);
    add(question);
    add(button, BorderLayout.LINE_END);
  }

  /** Whether the model is at work. */
  boolean isBusy() {
    return busy;
  }

  private void askOrCancel() {
    if (!cancel()) {
      ask();
    }
  }

  /**
   * Cancels what the model does.
   *
   * @return whether it does anything
   */
  boolean cancel() {
    cancelled = busy;
    return busy;
  }

  private void ask() {
    String text = question.getText().strip();
    if (!text.isEmpty()) {
      AttentionResult answer = earlier.get();
      boolean followsUp = followUp.isSelected();
      run(
          progress -> {
            next.ask(answer, text, followsUp, progress);
            EventQueue.invokeLater(() -> question.setText(""));
          });
    }
  }

  /**
   * Lets the model do something off the event thread, unless it is at work already.
   *
   * @param work may throw what a {@link NextQuestion} does
   */
  void run(Consumer<Progress> work) {
    if (busy) {
      return;
    }
    cancelled = false;
    setBusy(true);
    Thread thread = new Thread(() -> runNow(work), "VLM Visualizer next question");
    thread.setDaemon(true);
    thread.start();
  }

  private void runNow(Consumer<Progress> work) {
    String end = INVITATION;
    try {
      work.accept(this::update);
    } catch (CancellationException e) {
      end = "Cancelled. " + INVITATION;
    } catch (InputException e) {
      EventQueue.invokeLater(() -> MessageBox.tell(this, e.getMessage()));
    } finally {
      String told = end;
      EventQueue.invokeLater(
          () -> {
            setBusy(false);
            state.setText(told);
          });
    }
  }

  private void update(String doing, int done, int total) {
    if (cancelled || !isDisplayable()) {
      throw new CancellationException("Cancelled: nothing was changed.");
    }
    if (stage.getAndSet("%s %d/%d".formatted(doing, done, total)) == null) {
      EventQueue.invokeLater(() -> state.setText(stage.getAndSet(null)));
    }
  }

  private void setBusy(boolean now) {
    busy = now;
    question.setEnabled(!now);
    followUp.setEnabled(!now);
    button.setText(now ? "Cancel" : ASK);
    firePropertyChange(BUSY, !now, now);
  }
}
