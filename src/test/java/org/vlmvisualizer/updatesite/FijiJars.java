package org.vlmvisualizer.updatesite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * The jars that are Fiji's, not ours: artifact to version. The list is {@code
 * update-site/fiji-jars.txt}; {@link #main} makes it from two POMs.
 */
record FijiJars(String parent, Map<String, String> versions) {
  private static final String PARENT = "# pom-scijava ";

  /** Reads the list. */
  static FijiJars read(Path list) throws IOException {
    String parent = "";
    Map<String, String> versions = new HashMap<>();
    for (String line : Files.readAllLines(list)) {
      if (line.startsWith(PARENT)) {
        parent = line.substring(PARENT.length()).strip();
      } else if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split(" ");
        versions.put(parts[0], parts[1]);
      }
    }
    return new FijiJars(parent, Map.copyOf(versions));
  }

  boolean has(String artifact) {
    return versions.containsKey(artifact);
  }

  /**
   * Prints the list.
   *
   * @param arguments the POM of pom-scijava, and that of Fiji (github.com/fiji/fiji)
   */
  public static void main(String[] arguments) throws Exception {
    Element parent = parse(Path.of(arguments[0]));
    Element fiji = parse(Path.of(arguments[1]));
    Map<String, String> properties = properties(parent);
    Map<String, String> versions = new TreeMap<>();
    addDependencies(parent, properties, versions);
    String release = properties.get("pom-scijava.version");
    properties.putAll(properties(fiji));
    addDependencies(fiji, properties, versions);
    System.out.println(PARENT + release);
    System.out.println("# and the dependencies of fiji " + text(fiji, "version"));
    versions.forEach((artifact, version) -> System.out.println(artifact + " " + version));
  }

  private static Element parse(Path pom)
      throws ParserConfigurationException, SAXException, IOException {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(pom.toFile())
        .getDocumentElement();
  }

  private static Map<String, String> properties(Element project) {
    Map<String, String> properties = new LinkedHashMap<>();
    Element all = child(project, "properties");
    for (var node = all.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element property) {
        properties.put(property.getTagName(), property.getTextContent().strip());
      }
    }
    properties.put("pom-scijava.version", text(project, "version"));
    return properties;
  }

  private static void addDependencies(
      Element project, Map<String, String> properties, Map<String, String> versions) {
    UnaryOperator<String> value =
        text -> {
          String resolved = text;
          while (resolved.startsWith("${") && properties.containsKey(name(resolved))) {
            resolved = properties.get(name(resolved));
          }
          return resolved;
        };
    NodeList all = project.getElementsByTagName("dependency");
    for (int i = 0; i < all.getLength(); i++) {
      Element dependency = (Element) all.item(i);
      String version = value.apply(text(dependency, "version"));
      versions.putIfAbsent(
          text(dependency, "artifactId"),
          version.isEmpty() || version.contains("${") ? "any" : version);
    }
  }

  private static String name(String reference) {
    return reference.substring(2, reference.length() - 1);
  }

  private static String text(Element parent, String tag) {
    Element child = child(parent, tag);
    return child == null ? "" : child.getTextContent().strip();
  }

  private static Element child(Element parent, String tag) {
    for (var node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(tag)) {
        return element;
      }
    }
    return null;
  }
}
