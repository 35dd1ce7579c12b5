package loci.formats.meta;

import java.util.ArrayList;
import java.util.List;
import ome.units.quantity.Length;
import ome.xml.model.primitives.Color;
import ome.xml.model.primitives.NonNegativeInteger;

public class StandInMetadata implements IMetadata {
  public final List<String> names = new ArrayList<>();
  public final List<Integer> channels = new ArrayList<>();
  public final List<String[]> lines = new ArrayList<>();

  private List<String[]> lines(String kind) {
    return lines.stream().filter(words -> words[0].equals(kind)).toList();
  }

  private static int number(String[] words, int at) {
    return Integer.parseInt(words[at]);
  }

  @Override
  public String getImageID(int image) {
    return "Image:" + image;
  }

  @Override
  public String getImageName(int image) {
    return names.get(image);
  }

  @Override
  public int getChannelCount(int image) {
    return channels.get(image);
  }

  @Override
  public Color getChannelColor(int image, int channel) {
    for (String[] words : lines("colour")) {
      if (number(words, 1) == image && number(words, 2) == channel) {
        return new Color(number(words, 3), number(words, 4), number(words, 5), 255);
      }
    }
    return null;
  }

  @Override
  public Length getPixelsPhysicalSizeX(int image) {
    for (String[] words : lines("pixel")) {
      if (number(words, 1) == image) {
        return new Length(Double.parseDouble(words[2]));
      }
    }
    return null;
  }

  @Override
  public Length getPixelsPhysicalSizeY(int image) {
    return getPixelsPhysicalSizeX(image);
  }

  @Override
  public int getPlateCount() {
    return lines("well").isEmpty() ? 0 : 1;
  }

  @Override
  public int getWellCount(int plate) {
    return lines("well").size();
  }

  @Override
  public NonNegativeInteger getWellRow(int plate, int well) {
    return new NonNegativeInteger(number(lines("well").get(well), 1));
  }

  @Override
  public NonNegativeInteger getWellColumn(int plate, int well) {
    return new NonNegativeInteger(number(lines("well").get(well), 2));
  }

  @Override
  public int getWellSampleCount(int plate, int well) {
    return lines("well").get(well).length - 3;
  }

  @Override
  public String getWellSampleImageRef(int plate, int well, int sample) {
    return "Image:" + lines("well").get(well)[3 + sample];
  }
}
