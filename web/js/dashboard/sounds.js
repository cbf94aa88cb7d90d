// The sounds of a vote, made of tones. They are as loud as a click, and silent where sound is off or motion reduced.

import { isMuted, isStill } from "../core/preferences.js";

/** Frequencies in hertz, one after the other, and how long each is alone, in seconds. */
const tunes = {
  vote: { tones: [660], step: 0.06 },
  1: { tones: [523, 784], step: 0.09 },
  50: { tones: [523, 659, 784], step: 0.09 },
  100: { tones: [523, 659, 784, 1047], step: 0.09 },
  200: { tones: [784, 659, 784, 1047, 1319], step: 0.12 },
};

const volume = 0.12;
const decay = 0.25;

/** @type {AudioContext | null} */
let context = null;

/**
 * Plays the sound of a vote, or of a milestone.
 * @param {keyof typeof tunes} name
 */
export function play(name) {
  if (isMuted() || isStill() || !("AudioContext" in window)) return;
  const { tones, step } = tunes[name];
  context ??= new AudioContext();
  // Browsers let it sound from a press on; a vote is one.
  void context.resume();
  const start = context.currentTime + 0.01;
  for (const [place, frequency] of tones.entries()) {
    const at = start + place * step;
    const tone = new OscillatorNode(context, { type: "triangle", frequency });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(volume, at + 0.01);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + decay);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + decay);
  }
}
