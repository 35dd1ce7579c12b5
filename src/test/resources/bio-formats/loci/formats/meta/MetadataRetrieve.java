package loci.formats.meta;

import ome.units.quantity.Length;
import ome.xml.model.primitives.Color;
import ome.xml.model.primitives.NonNegativeInteger;

public interface MetadataRetrieve {
  String getImageID(int image);

  String getImageName(int image);

  int getChannelCount(int image);

  Color getChannelColor(int image, int channel);

  Length getPixelsPhysicalSizeX(int image);

  Length getPixelsPhysicalSizeY(int image);

  int getPlateCount();

  int getWellCount(int plate);

  NonNegativeInteger getWellRow(int plate, int well);

  NonNegativeInteger getWellColumn(int plate, int well);

  int getWellSampleCount(int plate, int well);

  String getWellSampleImageRef(int plate, int well, int sample);
}
