"""The real pipeline classes with tiny random weights, for tests and for a demonstration without a graphics card.

The classes, the calls and their order are those of the full models; only the sizes of the layers differ. What they draw is
coloured noise. Nothing is downloaded."""

from typing import Any

SEED = 20_240_601


def load(model: str) -> Any:
    """A tiny pipeline of a model, the same with every call."""
    import torch

    # The default generator is left as it was.
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        return {"mochi": _mochi, "ltx": _ltx}[model]()


def _text(width: int) -> tuple[Any, Any]:
    """A text encoder, and a tokenizer whose words are letters."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

    words = ["<pad>", "</s>", "<unk>", *[chr(code) for code in range(32, 127)]]
    vocabulary = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    encoder = T5EncoderModel(
        T5Config(vocab_size=len(words), d_model=width, d_kv=8, d_ff=64, num_layers=2, num_heads=4, pad_token_id=0))  # fmt: skip
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=512)  # fmt: skip
    return encoder.eval(), fast


def _mochi() -> Any:
    from diffusers import AutoencoderKLMochi, FlowMatchEulerDiscreteScheduler, MochiPipeline, MochiTransformer3DModel

    encoder, tokenizer = _text(32)
    transformer = MochiTransformer3DModel(
        patch_size=2, num_attention_heads=2, attention_head_dim=8, num_layers=2, pooled_projection_dim=16, in_channels=12,
        out_channels=None, qk_norm="rms_norm", text_embed_dim=32, time_embed_dim=4, activation_fn="swiglu",
        max_sequence_length=16)  # fmt: skip
    vae = AutoencoderKLMochi(
        latent_channels=12, out_channels=3, encoder_block_out_channels=(32, 32, 32, 32),
        decoder_block_out_channels=(32, 32, 32, 32), layers_per_block=(1, 1, 1, 1, 1))  # fmt: skip
    return MochiPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(invert_sigmas=True), vae=vae.eval(), text_encoder=encoder, tokenizer=tokenizer,
        transformer=transformer.eval())  # fmt: skip


def _ltx() -> Any:
    from diffusers import (
        AutoencoderKLLTXVideo,
        FlowMatchEulerDiscreteScheduler,
        LTXImageToVideoPipeline,
        LTXVideoTransformer3DModel,
    )

    encoder, tokenizer = _text(32)
    transformer = LTXVideoTransformer3DModel(
        in_channels=8, out_channels=8, patch_size=1, patch_size_t=1, num_attention_heads=4, attention_head_dim=8,
        cross_attention_dim=32, num_layers=1, caption_channels=32)  # fmt: skip
    # The factors of the full model: 32 pixels and 8 frames to one cell.
    vae = AutoencoderKLLTXVideo(
        in_channels=3, out_channels=3, latent_channels=8, block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8), layers_per_block=(1, 1, 1, 1, 1), decoder_layers_per_block=(1, 1, 1, 1, 1),
        spatio_temporal_scaling=(True, True, True, False), decoder_spatio_temporal_scaling=(True, True, True, False),
        decoder_inject_noise=(False,) * 5, upsample_residual=(False,) * 4, upsample_factor=(1,) * 4,
        timestep_conditioning=False, patch_size=4, patch_size_t=1, encoder_causal=True, decoder_causal=False)  # fmt: skip
    return LTXImageToVideoPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(), vae=vae.eval(), text_encoder=encoder, tokenizer=tokenizer,
        transformer=transformer.eval())  # fmt: skip
