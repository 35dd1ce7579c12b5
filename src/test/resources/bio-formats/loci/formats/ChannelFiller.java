package loci.formats;

public class ChannelFiller extends ReaderWrapper {
  public ChannelFiller(IFormatReader reader) {
    super(reader);
  }
}
