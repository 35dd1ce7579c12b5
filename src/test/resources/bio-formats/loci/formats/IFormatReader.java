package loci.formats;

import java.io.IOException;
import loci.formats.meta.MetadataStore;

public interface IFormatReader {
  void setFlattenedResolutions(boolean flattened);

  void setMetadataStore(MetadataStore store);

  MetadataStore getMetadataStore();

  void setId(String id) throws FormatException, IOException;

  int getSeriesCount();

  void setSeries(int series);

  int getSizeX();

  int getSizeY();

  int getSizeC();

  int getSizeZ();

  int getSizeT();

  int getIndex(int z, int c, int t);

  String[] getUsedFiles();

  short[] plane(int index) throws FormatException, IOException;

  void close() throws IOException;
}
