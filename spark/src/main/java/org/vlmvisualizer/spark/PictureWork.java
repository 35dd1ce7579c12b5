package org.vlmvisualizer.spark;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.VoidFunction;
import org.apache.spark.util.CollectionAccumulator;
import org.vlmvisualizer.ask.ListedPicture;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.ProcessMark;
import org.vlmvisualizer.output.BatchRow;

/**
 * What an executor does: the pictures of a partition, one after the other. What came of them is on
 * disk; the driver looks there, and does not go by whether a task succeeded.
 *
 * @param last whether pictures that another run has are waited for, and those are tried over which
 *     a program ended
 * @param failed takes the numbers of pictures that could not be asked about, so that failures of an
 *     earlier job are told from those of this one
 * @param ends takes sentences that end the job, since they are no picture's
 */
record PictureWork(
    Question question,
    boolean last,
    CollectionAccumulator<Integer> failed,
    CollectionAccumulator<String> ends)
    implements VoidFunction<Iterator<ListedPicture>> {

  @Override
  public void call(Iterator<ListedPicture> pictures) {
    TaskContext task = TaskContext.get();
    Question here = GpuAddress.of(question, task);
    List<String> done = new ArrayList<>();
    try {
      while (pictures.hasNext() && !task.isInterrupted()) {
        ListedPicture picture = pictures.next();
        BatchRow row = ExecutorModel.ask(here, picture, last, task::isInterrupted);
        if (row != null && row.status() == BatchRow.Status.FAILED) {
          failed.add(picture.frame());
        } else if (row != null) {
          done.add(row.folder());
        }
      }
      if (question.packing()) {
        ExecutorModel.pack(here, done);
      }
    } catch (InputException e) {
      ends.add(refusal(e));
    }
  }

  /** What ends a job, with the computer that says so. */
  static String refusal(InputException e) {
    return "On %s: %s".formatted(ProcessMark.host(), e.getMessage());
  }
}
