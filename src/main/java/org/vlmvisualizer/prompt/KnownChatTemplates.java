package org.vlmvisualizer.prompt;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vlmvisualizer.core.InputException;

/**
 * Chat templates of checkpoints, known by the SHA-256 of their text.
 *
 * <p>A chat template is a program in Jinja, and one character of it can change the prompt; what it
 * makes cannot be told from parts of it. So each of these was rendered by transformers, and the
 * prompts compared with those of {@link PromptTemplate} to the character; every other template is
 * refused.
 */
public final class KnownChatTemplates {
  /** Line ends within a template's texts are written in two ways, so most are here twice. */
  static final Map<PromptTemplate, Set<String>> SHA256 =
      Map.ofEntries(
          Map.entry(
              PromptTemplate.VICUNA_V1,
              Set.of(
                  // llava-hf's LLaVA-1.5.
                  "6fef09c05345e88b9f85e80bcb3491003332050750586568bdf91cfa81965d0c",
                  "50c43d0ac06b32ddd89668462d54ab30c7f75a36b3f1d876e82772b386c2c6f0",
                  // llava-hf's LLaVA-1.5, first version.
                  "2c2987bf0f184a23cb77c028d94943efb742ade369552733efac4be22398904b",
                  "7e8fbfaa2d9490b13fd923990187f207cf2c6cda6a3fa32925346faa75799af8",
                  // LLaVA-NeXT-Video with Vicuna.
                  "f33044e95c00714fa512cb4b3201a3be2e8d563725a25c146521921d6f827099",
                  "14e86eac484c2f5060bd1346848dd020920b2ba5295ad827d33c9042bad49fa9")),
          Map.entry(
              PromptTemplate.VICUNA_V1_EOS,
              Set.of(
                  // The demo model.
                  "fd0eda19cdd57402d9b289c6350b793436754165d314130ab8f3696ac80e4e84")),
          Map.entry(
              PromptTemplate.MISTRAL,
              Set.of(
                  // llava-hf's LLaVA-1.6 Mistral.
                  "2c17243a977fd0643fb549a509a8e2684f45517df0f9f608d5893b719f16569f",
                  "8568bb00da59cb4575831132a77a098c28870bd541ea0656c04167729ca028cb")),
          Map.entry(
              PromptTemplate.MISTRAL_SLIP,
              Set.of(
                  // llava-hf's LLaVA-1.6 Mistral, first version.
                  "ac1751256d0e7c19dcbac63d0feebee11bf81b86015276d08ee8b1f9ba0a42bc",
                  "41cd724bc51c350966bc5b72a9026392d79d294a6f7a20fe84f348c7355205a4",
                  // LLaVA-NeXT-Video with Mistral.
                  "6294a3269880726ad24ea6a9287d92735f1ce700ae6550d002c5d7f8ea96fcdf",
                  "089c7640d328ea9577e330d2101e2441677e17590c63c2577ffd92bb675b014c")),
          Map.entry(
              PromptTemplate.CHATML,
              Set.of(
                  // llava-hf's LLaVA-OneVision, first version.
                  "f741044c80eb2fb78a62fe765fe9564e0170cf359becbac1298b5c1ce2e25b41",
                  "c4c649e6a9be146f169b1391fb85e3fdc4f42b61cd4e023d0acee3bda39dd266",
                  // LLaVA-NeXT-Video with Yi.
                  "226cddf019684887ff1dd1c1ad1bfb585f84ae41658c979901d3f090a4dc0367",
                  "d124eeaf7aaf0d71f29d31122cdcebf1547365529b52bf1761abb54482422d56")),
          Map.entry(
              PromptTemplate.ONEVISION,
              Set.of(
                  // llava-hf's LLaVA-OneVision since then, and the same without a video.
                  "fbf77862dcdda46840b6da02767d651eadad3582310e40fed04dc7594a0a80dd",
                  "5ac9bd4e60a2be4f9df039e4d9328b91c2a957be3cb08686b9702ad77d9965ed",
                  "088e5fdce3518ebf5ae5c24df068567c6285821ef4c7ac688a6196f4ca9ba5fa",
                  "14f0b9bf470b6770b681f9c98853c1627f58491d12ebab627e472be1992a3cbc")),
          Map.entry(
              PromptTemplate.INTERLEAVE,
              Set.of(
                  // Of LLaVA-NeXT-Interleave's kind: line ends behind roles and turns.
                  "349c5ec420d32641da2ee0fb704139ec59f890f48abf4cffe670685747794323",
                  "3dab8bfeb716c43409796aa1dd9bd3eef777d0fc2ba8a13cbb79acc922380bad")),
          Map.entry(
              PromptTemplate.SMOLVLM,
              Set.of(
                  // SmolVLM and SmolVLM2.
                  "830005085ddd94cec605b6e21b885b28ffad6e3f82ee6a212c523533e8f04f01",
                  "a00a4331268a4fe8999d0d56538f0dcb8978d0412a336d63569b3fca87beebc6",
                  "36a47ed97c18667acf1150e4fa25e2e2b0e87d468307dd593874f152373c2c5b")),
          Map.entry(
              PromptTemplate.IDEFICS3,
              Set.of(
                  // Idefics3.
                  "0d7e56ca41705b79932de707b22bc855c3cfcefae62f1ac5e458560654883d2e",
                  "fcbb6764942ea01454d80ccd9bd03365cd0ad41c31431208f7457f5cbb9ad69e")),
          Map.entry(
              PromptTemplate.QWEN2_VL,
              Set.of(
                  // Qwen2-VL and Qwen2.5-VL.
                  "a0bc6f6fc7a29a80017a433e8f03a1cc1236e838a944a2d034295a60c4f2fddb")),
          Map.entry(
              PromptTemplate.QWEN3_VL,
              Set.of(
                  // Qwen3-VL Instruct.
                  "9d879ef91075acbfb2df7e441fd79d60bacfca989cf6d511d2af45c681e94f10")),
          Map.entry(
              PromptTemplate.QWEN3_VL_THINKING,
              Set.of(
                  // Qwen3-VL Thinking.
                  "84ed326ccec340f3c775d5a31c0aada290d59819c18e43650aabe14f1d42c839")),
          Map.entry(
              PromptTemplate.INTERNVL,
              Set.of(
                  // InternVL3.
                  "201195cf8a29e2f5148c8f6f4aac7fe29b88643b175bbefa4df5595110e8c63a",
                  "b3e3fa7cdeceec1d3dfe0d17b77724baf3857714e688f3a700261567e96140eb")),
          Map.entry(
              PromptTemplate.GEMMA3,
              Set.of(
                  // Gemma 3.
                  "8d9e3a3c114fb2053ec500184677af4f7e5f8ec2582443cd535834e68b3ade29",
                  "86327804b5430b642274fe55ba95199e91cf7eca7b1e1240ca5469f23839e223")),
          Map.entry(
              PromptTemplate.PHI3,
              Set.of(
                  // Phi-3-vision and Phi-3.5-vision.
                  "672800bb30b3e512310f97ba0c81750fac4628f1a1f2e92138c92f7311abbd7c",
                  "79e4ca4b7d902dc73772bbde0c62459f93871f4c17827e8e41ad3fa663e0da04")));

  private KnownChatTemplates() {}

  /**
   * The template that makes the same prompts as a chat template.
   *
   * @param jinja its text
   * @param file where it is, for the message
   * @throws InputException if it is none of those known
   */
  public static PromptTemplate recognise(String jinja, String file) {
    return withSha256(sha256(jinja))
        .orElseThrow(
            () ->
                new InputException(
                    "Expected one of the chat templates that this plugin knows, but the one in %s differs from all of them; set the option template to the kind of prompt that the model expects, such as template=vicuna_v1 (%s)."
                        .formatted(file, PromptTemplate.names())));
  }

  static Optional<PromptTemplate> withSha256(String hash) {
    return SHA256.keySet().stream().filter(t -> SHA256.get(t).contains(hash)).findFirst();
  }

  /** Line ends count as in Jinja: of whatever kind, and without the last. */
  static String sha256(String jinja) {
    String text = jinja.replace("\r\n", "\n").replace('\r', '\n');
    text = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
