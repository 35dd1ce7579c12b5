package loci.formats;

import java.io.IOException;
import loci.formats.meta.MetadataStore;

public abstract class ReaderWrapper implements IFormatReader {
  private final IFormatReader reader;

  protected ReaderWrapper(IFormatReader reader) {
    this.reader = reader;
  }

  @Override
  public void setFlattenedResolutions(boolean flattened) {
    reader.setFlattenedResolutions(flattened);
  }

  @Override
  public void setMetadataStore(MetadataStore store) {
    reader.setMetadataStore(store);
  }

  @Override
  public MetadataStore getMetadataStore() {
    return reader.getMetadataStore();
  }

  @Override
  public void setId(String id) throws FormatException, IOException {
    reader.setId(id);
  }

  @Override
  public int getSeriesCount() {
    return reader.getSeriesCount();
  }

  @Override
  public void setSeries(int series) {
    reader.setSeries(series);
  }

  @Override
  public int getSizeX() {
    return reader.getSizeX();
  }

  @Override
  public int getSizeY() {
    return reader.getSizeY();
  }

  @Override
  public int getSizeC() {
    return reader.getSizeC();
  }

  @Override
  public int getSizeZ() {
    return reader.getSizeZ();
  }

  @Override
  public int getSizeT() {
    return reader.getSizeT();
  }

  @Override
  public int getIndex(int z, int c, int t) {
    return reader.getIndex(z, c, t);
  }

  @Override
  public String[] getUsedFiles() {
    return reader.getUsedFiles();
  }

  public String[] getUsedFiles(boolean noPixels) {
    return reader.getUsedFiles();
  }

  @Override
  public short[] plane(int index) throws FormatException, IOException {
    return reader.plane(index);
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
