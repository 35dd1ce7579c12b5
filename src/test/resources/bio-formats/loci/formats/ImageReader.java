package loci.formats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import loci.formats.meta.MetadataStore;
import loci.formats.meta.StandInMetadata;

/**
 * Reads text: "image NAME WIDTH HEIGHT CHANNELS SLICES FRAMES" for each image; "colour IMAGE CHANNEL
 * R G B"; "pixel IMAGE MICROMETRES"; "well ROW COLUMN IMAGE..."; "uses FILE"; "fails MESSAGE";
 * "damaged". The pixel at x, y of plane i of image s is 1000 s + 100 i + 10 y + x.
 */
public class ImageReader implements IFormatReader {
  private final List<String> used = new ArrayList<>();
  private final List<int[]> images = new ArrayList<>();
  private StandInMetadata metadata;
  private int series;
  private boolean open;

  @Override
  public void setFlattenedResolutions(boolean flattened) {
    if (flattened) {
      throw new IllegalArgumentException();
    }
  }

  @Override
  public void setMetadataStore(MetadataStore store) {
    metadata = (StandInMetadata) store;
  }

  @Override
  public MetadataStore getMetadataStore() {
    return metadata;
  }

  @Override
  public void setId(String id) throws FormatException, IOException {
    Path file = Path.of(id);
    used.add(id);
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "image" -> {
          int[] sizes = new int[5];
          for (int i = 0; i < 5; i++) {
            sizes[i] = Integer.parseInt(words[i + 2]);
          }
          images.add(sizes);
          metadata.names.add(words[1].equals("-") ? null : words[1].replace('_', ' '));
          metadata.channels.add(sizes[2]);
        }
        case "uses" -> used.add(file.resolveSibling(words[1]).toString());
        case "fails" -> throw new FormatException(line.substring(6));
        case "damaged" -> throw new ArrayIndexOutOfBoundsException(7);
        default -> metadata.lines.add(words);
      }
    }
    open = true;
    System.out.println("opened " + file.getFileName());
    System.setProperty(
        "bio-formats.opened",
        System.getProperty("bio-formats.opened", "") + file.getFileName() + " ");
  }

  private int[] sizes() {
    if (!open) {
      throw new IllegalStateException("not open");
    }
    return images.get(series);
  }

  @Override
  public int getSeriesCount() {
    return images.size();
  }

  @Override
  public void setSeries(int series) {
    this.series = series;
  }

  @Override
  public int getSizeX() {
    return sizes()[0];
  }

  @Override
  public int getSizeY() {
    return sizes()[1];
  }

  @Override
  public int getSizeC() {
    return sizes()[2];
  }

  @Override
  public int getSizeZ() {
    return sizes()[3];
  }

  @Override
  public int getSizeT() {
    return sizes()[4];
  }

  @Override
  public int getIndex(int z, int c, int t) {
    return c + getSizeC() * (z + getSizeZ() * t);
  }

  @Override
  public String[] getUsedFiles() {
    return used.toArray(new String[0]);
  }

  @Override
  public short[] plane(int index) {
    short[] pixels = new short[getSizeX() * getSizeY()];
    for (int i = 0; i < pixels.length; i++) {
      int y = i / getSizeX();
      pixels[i] = (short) (1000 * series + 100 * index + 10 * y + i % getSizeX());
    }
    return pixels;
  }

  @Override
  public void close() {
    open = false;
    System.setProperty(
        "bio-formats.opened", System.getProperty("bio-formats.opened", "") + "closed ");
  }
}
