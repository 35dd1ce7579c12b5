package loci.formats;

public class ChannelSeparator extends ReaderWrapper {
  public ChannelSeparator(IFormatReader reader) {
    super(reader);
  }
}
