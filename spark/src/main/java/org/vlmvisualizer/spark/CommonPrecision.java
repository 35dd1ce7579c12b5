package org.vlmvisualizer.spark;

import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.vlmvisualizer.analysis.AttentionModel;
import org.vlmvisualizer.checkpoint.Checkpoint;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.engine.Precision;
import org.vlmvisualizer.output.BatchList;

/**
 * The precision of a job. Answers depend on it, so all executors have the same, where each computer
 * by itself would choose by the memory that it has.
 */
final class CommonPrecision {
  private static final String OPTION = "precision";

  private CommonPrecision() {}

  /**
   * The question in the precision that an earlier job with this output folder had; else in that
   * which the user asks for; else, where containers are limited, in the best that fits into them;
   * else in "auto", and an executor {@linkplain #chosen chooses}.
   *
   * @throws InputException if containers have no memory for it
   */
  static Question settle(Question question, Checkpoint checkpoint, SparkConf conf) {
    Question wanted =
        isAuto(question)
            ? earlier(question).map(p -> question.with(OPTION, p)).orElse(question)
            : question;
    if (wanted.words().get("device").equals(GpuAddress.GPU)) {
      return wanted; // most of the model lies on the GPU
    }
    Map<Precision, Long> needs = AttentionModel.memoryNeed(checkpoint, precision(wanted));
    return new ContainerMemory(conf)
        .best(needs)
        .map(best -> wanted.with(OPTION, best.toString()))
        .orElse(wanted);
  }

  private static boolean isAuto(Question question) {
    return precision(question) == Precision.AUTO;
  }

  private static Precision precision(Question question) {
    return Precision.parse(question.words().get(OPTION));
  }

  private static Optional<String> earlier(Question question) {
    return BatchList.read(Path.of(question.output()))
        .filter(list -> list.question().has(OPTION))
        .map(list -> list.question().get(OPTION).getAsString().replace('_', '-'));
  }

  /** What an executor says. */
  private record Choice(String precision, String refusal) implements Serializable {}

  /**
   * The question in the precision that one executor chose, if that was left to it.
   *
   * @throws InputException if the model cannot be loaded there
   */
  static Question chosen(Question question, JavaSparkContext spark) {
    if (!isAuto(question)) {
      return question;
    }
    Choice choice = choice(question, spark);
    if (choice.refusal != null) {
      throw new InputException(choice.refusal);
    }
    return question.with(OPTION, choice.precision);
  }

  private static Choice choice(Question question, JavaSparkContext spark) {
    try {
      return spark.parallelize(List.of(question), 1).map(CommonPrecision::choose).first();
    } catch (Exception e) { // Spark's own is a checked one that nothing declares
      throw new InputException(
          "Expected an executor that loads the model, found that they end while they do; give them more memory beside Java's, or choose a smaller precision. Spark says: %s"
              .formatted(FolderJob.firstLine(e)),
          e);
    }
  }

  private static Choice choose(Question question) {
    try {
      Question here = GpuAddress.of(question, TaskContext.get());
      return new Choice(ExecutorModel.precision(here).toString(), null);
    } catch (InputException e) {
      return new Choice(null, PictureWork.refusal(e));
    }
  }
}
