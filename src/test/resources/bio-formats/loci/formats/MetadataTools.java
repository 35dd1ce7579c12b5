package loci.formats;

import loci.formats.meta.IMetadata;
import loci.formats.meta.StandInMetadata;

public class MetadataTools {
  public static IMetadata createOMEXMLMetadata() {
    return new StandInMetadata();
  }
}
