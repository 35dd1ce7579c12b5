package org.vlmvisualizer.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.scijava.plugin.Parameter;
import org.vlmvisualizer.core.InputException;
import org.vlmvisualizer.prompt.PromptTemplate;

/** The option template offers every prompt that there is. */
class TemplateChoicesTest {
  /** As the refusal of an unknown one lists them. */
  private static List<String> known() {
    String sentence =
        assertThrows(InputException.class, () -> PromptTemplate.parse("?")).getMessage();
    String names = sentence.substring("Expected template ".length(), sentence.indexOf(", found"));
    return List.of(names.split(", | or "));
  }

  @Test
  void theDialogOffersThem() throws Exception {
    Field template = AskingCommand.class.getDeclaredField("template");
    assertEquals(known(), List.of(template.getAnnotation(Parameter.class).choices()));
  }

  @Test
  void theCommandLineAndTheDocumentsNameThem() throws Exception {
    String all = String.join(", ", known());
    Path line = Path.of("src/main/java/org/vlmvisualizer/cli/QuestionOptions.java");
    assertTrue(Files.readString(line).contains('"' + all + '"'), all);
    String documented = "`" + all.replace(", ", "`, `") + "`";
    assertTrue(Files.readString(Path.of("docs/macros.md")).contains(documented), documented);
  }
}
