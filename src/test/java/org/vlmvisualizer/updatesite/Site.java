package org.vlmvisualizer.updatesite;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * An update site as Fiji reads it: db.xml.gz, and beside it each file under its path with the time
 * of its upload behind.
 */
final class Site {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss");

  /** The part of the updater's document type that a site of one version uses. */
  private static final String TYPE =
      """
      <!DOCTYPE pluginRecords [
      <!ELEMENT pluginRecords (plugin*)>
      <!ELEMENT plugin (platform*, category*, version?)>
      <!ELEMENT version (description?, dependency*, link*, author*)>
      <!ELEMENT description (#PCDATA)>
      <!ELEMENT dependency EMPTY>
      <!ELEMENT link (#PCDATA)>
      <!ELEMENT author (#PCDATA)>
      <!ELEMENT platform (#PCDATA)>
      <!ELEMENT category (#PCDATA)>
      <!ATTLIST plugin filename CDATA #REQUIRED>
      <!ATTLIST dependency filename CDATA #REQUIRED timestamp CDATA #IMPLIED>
      <!ATTLIST version timestamp CDATA #REQUIRED checksum CDATA #REQUIRED filesize CDATA #REQUIRED>]>
      """;

  private final Path stage;
  private final String time;

  /**
   * @param stage what a Fiji gets
   * @param time of the upload
   */
  Site(Path stage, LocalDateTime time) {
    this.stage = stage;
    this.time = TIME.format(time.atZone(ZoneId.systemDefault()));
  }

  /** Writes the site. */
  void write(Path site) throws IOException {
    List<String> files = Stage.files(stage);
    for (String file : files) {
      Path target = site.resolve(file + "-" + time);
      Files.createDirectories(target.getParent());
      Files.copy(stage.resolve(file), target, StandardCopyOption.REPLACE_EXISTING);
    }
    Path part = site.resolve("db.xml.gz.part");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(part))) {
      write(files, out);
    } catch (XMLStreamException e) {
      throw new IOException(e);
    }
    Files.move(part, site.resolve("db.xml.gz"), StandardCopyOption.REPLACE_EXISTING);
  }

  private void write(List<String> files, OutputStream out) throws XMLStreamException, IOException {
    XMLStreamWriter xml =
        XMLOutputFactory.newFactory().createXMLStreamWriter(out, StandardCharsets.UTF_8.name());
    xml.writeStartDocument("UTF-8", "1.0");
    xml.writeDTD("\n" + TYPE);
    xml.writeStartElement("pluginRecords");
    for (String file : files) {
      xml.writeCharacters("\n");
      writeFile(xml, file, files);
    }
    xml.writeCharacters("\n");
    xml.writeEndElement();
    xml.writeEndDocument();
    xml.flush();
  }

  private void writeFile(XMLStreamWriter xml, String file, List<String> files)
      throws XMLStreamException, IOException {
    Path path = stage.resolve(file);
    xml.writeStartElement("plugin");
    xml.writeAttribute("filename", file);
    String[] folders = file.split("/");
    if (folders.length == 3) {
      xml.writeStartElement("platform");
      xml.writeCharacters(folders[1]);
      xml.writeEndElement();
    }
    xml.writeStartElement("version");
    xml.writeAttribute("checksum", SiteChecksum.of(file, path));
    xml.writeAttribute("timestamp", time);
    xml.writeAttribute("filesize", Long.toString(Files.size(path)));
    if (file.startsWith("jars/vlm-visualizer-")) {
      xml.writeStartElement("description");
      xml.writeCharacters(
          "Shows where a vision-language model looks for each token of its answer.");
      xml.writeEndElement();
      writeDependencies(xml, file, files);
    }
    xml.writeEndElement();
    xml.writeEndElement();
  }

  /** The plugin needs all that is not a platform's; the updater names files without version. */
  private void writeDependencies(XMLStreamWriter xml, String file, List<String> files)
      throws XMLStreamException {
    for (String other : files) {
      if (!other.equals(file) && other.split("/").length == 2) {
        xml.writeEmptyElement("dependency");
        xml.writeAttribute(
            "filename",
            "jars/" + JarName.of(other.substring("jars/".length())).artifact() + ".jar");
        xml.writeAttribute("timestamp", time);
      }
    }
  }
}
