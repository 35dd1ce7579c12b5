package org.vlmvisualizer.explorer;

import java.awt.BorderLayout;
import java.awt.EventQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.swing.JButton;
import javax.swing.JCheckBox;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.JTextField;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.dialog.MessageBox;
import org.vlmvisualizer.output.AttentionResult;

/**
 * The line that asks the next question about the picture. While that is being answered, the text
 * above it tells how far it is, and the button cancels.
 */
final class AskLine extends JPanel {
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
  private boolean asking;
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

  /** How it asks. */
  NextQuestion next() {
    return next;
  }

  private void askOrCancel() {
    if (!cancel()) {
      ask();
    }
  }

  /**
   * Cancels what is being asked.
   *
   * @return whether anything is
   */
  boolean cancel() {
    cancelled = asking;
    return asking;
  }

  private void ask() {
    String text = question.getText().strip();
    if (asking || text.isEmpty()) {
      return;
    }
    AttentionResult answer = earlier.get();
    cancelled = false;
    boolean followsUp = followUp.isSelected();
    setAsking(true);
    Thread thread = new Thread(() -> ask(answer, text, followsUp), "VLM Visualizer next question");
    thread.setDaemon(true);
    thread.start();
  }

  private void ask(AttentionResult answer, String text, boolean followsUp) {
    String end = INVITATION;
    try {
      next.ask(answer, text, followsUp, this::update);
      EventQueue.invokeLater(() -> question.setText(""));
    } catch (CancellationException e) {
      end = "Cancelled. " + INVITATION;
    } catch (InputException e) {
      EventQueue.invokeLater(() -> MessageBox.tell(this, e.getMessage()));
    } finally {
      String told = end;
      EventQueue.invokeLater(
          () -> {
            setAsking(false);
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

  private void setAsking(boolean now) {
    asking = now;
    question.setEnabled(!now);
    followUp.setEnabled(!now);
    button.setText(now ? "Cancel" : ASK);
  }
}
