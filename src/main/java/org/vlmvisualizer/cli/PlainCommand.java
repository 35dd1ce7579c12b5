package org.vlmvisualizer.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.core.LocaleText;
import picocli.CommandLine;

/** Runs a command for people: what can be foreseen to fail is one plain sentence. */
public final class PlainCommand {
  private PlainCommand() {}

  /**
   * Runs a command that writes to the program's own streams.
   *
   * @param command as picocli takes it
   * @return the exit code
   */
  public static int run(Object command, String[] arguments) {
    return run(command, arguments, writer(System.out), writer(System.err));
  }

  /** In UTF-8 where Java would print question marks, in the POSIX locale. */
  private static PrintWriter writer(PrintStream stream) {
    return "ANSI_X3.4-1968".equals(System.getProperty("sun.jnu.encoding"))
        ? new PrintWriter(stream, false, StandardCharsets.UTF_8)
        : new PrintWriter(stream);
  }

  /**
   * Runs a command.
   *
   * @param command as picocli takes it
   * @param out for results
   * @param err for refusals, progress and all else
   * @return the exit code
   */
  public static int run(Object command, String[] arguments, PrintWriter out, PrintWriter err) {
    // Each line at once, before the long work that may follow.
    PrintWriter cleanOut = new PrintWriter(new TerminalWriter(out), true);
    PrintWriter cleanErr = new PrintWriter(new TerminalWriter(err), true);
    try {
      // Java itself fails with folders whose names it cannot decode.
      LocaleText.require(System.getProperty("user.dir"));
      LocaleText.require(System.getProperty("java.io.tmpdir"));
      Arrays.stream(arguments).forEach(LocaleText::require);
    } catch (InputException e) {
      cleanErr.println(e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    return new CommandLine(command)
        // A question may begin with @, which picocli would take for a file with arguments.
        .setExpandAtFiles(false)
        .setOut(cleanOut)
        .setErr(cleanErr)
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .setExecutionExceptionHandler(PlainCommand::explain)
        .setParameterExceptionHandler(PlainCommand::explainUsage)
        .execute(arguments);
  }

  private static int explain(
      Exception exception, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
    Exception told =
        exception instanceof InvalidPathException e ? LocaleText.refusal(e) : exception;
    if (!(told instanceof InputException || told instanceof CancellationException)) {
      throw told;
    }
    command.getErr().println(told.getMessage());
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static int explainUsage(CommandLine.ParameterException exception, String[] arguments) {
    PrintWriter err = exception.getCommandLine().getErr();
    err.println(exception.getMessage() + "; --help tells what is expected.");
    return CommandLine.ExitCode.USAGE;
  }
}
