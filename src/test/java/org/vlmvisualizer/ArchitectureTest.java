package org.vlmvisualizer;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Who may import whom: the table in ARCHITECTURE.md. */
class ArchitectureTest {
  private static final String ROOT = "org.vlmvisualizer.";
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.vlmvisualizer");

  /** What the command line and the commands are made of. */
  private static final List<String> ASKING =
      List.of(
          "analysis",
          "ask",
          "checkpoint",
          "engine",
          "gpu",
          "hub",
          "output",
          "picture",
          "shelf",
          "core");

  /** Package to the packages of this plugin that it may import. */
  private static final Map<String, List<String>> PACKAGES =
      Map.ofEntries(
          Map.entry("core", List.of()),
          Map.entry("area", List.of("core")),
          Map.entry("json", List.of()),
          Map.entry("checkpoint", List.of("core", "json")),
          Map.entry("image", List.of("core")),
          Map.entry("prompt", List.of("core", "json")),
          Map.entry("boxes", List.of("core", "json")),
          Map.entry("family", List.of("boxes", "core", "checkpoint", "image", "prompt")),
          Map.entry("engine", List.of("core")),
          Map.entry("network", List.of("core", "checkpoint", "engine")),
          Map.entry("attribution", List.of("core")),
          Map.entry(
              "analysis",
              List.of(
                  "boxes",
                  "core",
                  "checkpoint",
                  "image",
                  "prompt",
                  "family",
                  "engine",
                  "network",
                  "attribution")),
          Map.entry("output", List.of("core", "json")),
          Map.entry("picture", List.of("core", "output")),
          Map.entry("roi", List.of("area", "core", "output")),
          Map.entry("hub", List.of("core", "json")),
          Map.entry("gpu", List.of("core", "engine", "hub", "json")),
          Map.entry("dialog", List.of("core")),
          Map.entry(
              "shelf",
              List.of(
                  "checkpoint",
                  "core",
                  "dialog",
                  "engine",
                  "family",
                  "gpu",
                  "hub",
                  "json",
                  "network")),
          Map.entry("explorer", List.of("area", "core", "attribution", "dialog", "output", "roi")),
          Map.entry(
              "ask",
              List.of(
                  "analysis",
                  "attribution",
                  "checkpoint",
                  "core",
                  "engine",
                  "output",
                  "picture",
                  "shelf")),
          Map.entry(
              "compare",
              List.of(
                  "analysis",
                  "area",
                  "ask",
                  "attribution",
                  "core",
                  "json",
                  "output",
                  "picture",
                  "roi")),
          Map.entry("command", with(ASKING, "compare", "dialog", "explorer", "roi")),
          Map.entry("cli", with(ASKING, "compare")));

  /** Outside libraries to the packages that may use them. */
  private static final Map<String, List<String>> LIBRARIES =
      Map.ofEntries(
          Map.entry("net.razorvine.pickle..", List.of("checkpoint")),
          Map.entry("ai.djl.huggingface..", List.of("prompt")),
          Map.entry("ai.djl.pytorch..", List.of("engine", "network")),
          Map.entry("ai.djl.ndarray..", List.of("network")),
          Map.entry(
              "com.google.gson..",
              List.of(
                  "json",
                  "boxes",
                  "checkpoint",
                  "family",
                  "prompt",
                  "output",
                  "ask",
                  "compare",
                  "gpu",
                  "hub",
                  "shelf")),
          Map.entry("com.sun.jna..", List.of("hub", "engine")),
          Map.entry("ch.qos.logback..", List.of("engine")),
          Map.entry("org.slf4j..", List.of("engine")),
          Map.entry("java.net.http..", List.of("hub", "picture")),
          Map.entry("net.imglib2..", List.of("output", "image")),
          Map.entry(
              "ij..",
              List.of("output", "picture", "explorer", "ask", "roi", "shelf", "command", "cli")),
          Map.entry("org.scijava..", List.of("command")),
          Map.entry("picocli..", List.of("cli")));

  @Test
  void packagesImportOnlyWhatTheTableAllows() {
    PACKAGES.forEach(
        (name, allowed) -> {
          List<String> own = new ArrayList<>(with(allowed, name));
          own.replaceAll(p -> ROOT + p + "..");
          noClasses()
              .that()
              .resideInAPackage(ROOT + name + "..")
              .should()
              .dependOnClassesThat(
                  resideInAPackage("org.vlmvisualizer..")
                      .and(not(resideInAnyPackage(own.toArray(String[]::new)))))
              .check(CLASSES);
        });
  }

  @Test
  void librariesStayWhereTheyBelong() {
    LIBRARIES.forEach(
        (library, users) ->
            noClasses()
                .that()
                .resideOutsideOfPackages(
                    users.stream().map(p -> ROOT + p + "..").toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library)
                .check(CLASSES));
  }

  /** A parser beside it would have none of its bounds. */
  @Test
  void jsonIsReadInOnePlace() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "json..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("com.google.gson.JsonParser")
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("com.google.gson.stream..")
        .check(CLASSES);
  }

  @Test
  void everyClassHasAKnownPackage() {
    classes()
        .should()
        .resideInAnyPackage(
            PACKAGES.keySet().stream().map(p -> ROOT + p + "..").toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  private static List<String> with(List<String> packages, String... more) {
    List<String> all = new ArrayList<>(packages);
    all.addAll(List.of(more));
    return all;
  }
}
